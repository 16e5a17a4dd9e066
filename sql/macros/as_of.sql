{#-
The one moment that counts as now: TIMEHOUSE_AS_OF in ISO 8601, else that of the build. It is asked
for while a model runs and not while it is parsed, so that another moment needs no new parsing.
-#}
{% macro as_of() -%}
    {%- set instant = env_var('TIMEHOUSE_AS_OF', '') if execute else '' -%}
    {%- if instant -%}
        cast('{{ instant }}' as timestamp with time zone)
    {%- else -%}
        current_timestamp
    {%- endif -%}
{%- endmacro %}
