{#- Schemas are named as configured, without the target's name in front; marts may stand aside. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('marts_schema') if custom_schema_name == 'marts' else custom_schema_name or target.schema }}
{%- endmacro %}
