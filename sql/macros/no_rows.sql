{#- The columns of the model's contract without a row: of what a tracker keeps nothing of. -#}
{% macro no_rows() -%}
{%- set columns = model.columns.values() if execute else [] -%}
select
    {%- for column in columns %}
    cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- else %}
    1 as nothing
    {%- endfor %}
where 1 = 0
{%- endmacro %}
