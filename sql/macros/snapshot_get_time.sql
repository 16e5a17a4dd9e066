{#-
A snapshot is taken at the moment that counts as now, in UTC, and never before the one it follows:
whoever looks back with an earlier moment does not rewrite what was known when.
-#}
{% macro snapshot_time() -%}
    {%- set now -%}cast({{ as_of() }} at time zone 'UTC' as timestamp){%- endset -%}
    {%- set last = load_relation(this) if execute else none -%}
    {%- if last -%}
        greatest(
            {{ now }}, (select greatest(max(dbt_valid_from), max(dbt_valid_to)) from {{ this }})
        )
    {%- else -%}
        {{ now }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__snapshot_get_time() -%}
    {{ snapshot_time() }}
{%- endmacro %}

{% macro postgres__snapshot_get_time() -%}
    {{ snapshot_time() }}
{%- endmacro %}
