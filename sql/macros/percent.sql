{#- A share in percent; null where there is nothing to be a share of. -#}
{% macro percent(part, whole) -%}
    {{ rounded('case when (' ~ whole ~ ') > 0 then 100.0 * (' ~ part ~ ') / (' ~ whole ~ ') end') }}
{%- endmacro %}
