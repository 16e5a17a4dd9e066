{#- Spark's tables are Parquet, which keeps no constraints; the tests of the models look after them. -#}
{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}
