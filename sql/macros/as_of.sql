{#-
The one moment that counts as now: TIMEHOUSE_AS_OF in ISO 8601, else the begin of this build. It is
asked for while a model runs and not while it is parsed, so that another moment needs no new parsing.
-#}
{% macro as_of() -%}
    {%- set given = env_var('TIMEHOUSE_AS_OF', '') if execute else '2000-01-01T00:00:00Z' -%}
    cast('{{ given or run_started_at.isoformat() }}' as timestamp with time zone)
{%- endmacro %}
