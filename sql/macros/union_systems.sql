{#- The rows of one kind over all trackers, which a contract gives the same columns. -#}
{% macro union_systems(kind) -%}
    {% for system in var('systems') %}
select * from {{ ref('int_' ~ system ~ '__' ~ kind) }}
{% if not loop.last %}union all{% endif %}
    {% endfor %}
{%- endmacro %}
