{#- The labels of a tracker's accounts in this warehouse, one a row. -#}
{% macro account_labels(system) -%}
    {% for account in var(system ~ '_accounts') %}
    select cast('{{ account }}' as text) as account
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
{%- endmacro %}
