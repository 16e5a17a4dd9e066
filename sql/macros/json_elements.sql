{#- The elements of a list that is kept as JSON, one a row; none where it is null. -#}
{% macro json_elements(list) -%}
    {%- if execute and target.type == 'postgres' -%}
    json_array_elements(cast({{ list }} as json))
    {%- else -%}
    unnest(cast({{ list }} as json[]))
    {%- endif -%}
{%- endmacro %}
