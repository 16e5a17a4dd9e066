{#-
The columns a source declares of a raw table, over all accounts of the system, with `account` in
front. A column kept out of the warehouse is null; a table that no right opens, and that is
declared optional, is empty; any other missing table stops the build.
-#}
{% macro read_accounts(system, table) -%}
    {%- set main = source(system, table) -%}
    {%- if execute -%}
        {%- set json = 'jsonb' if target.type == 'postgres' else 'json' -%}
        {%- set declared = graph.sources.values()
            | selectattr('source_name', 'equalto', system)
            | selectattr('name', 'equalto', table) | first -%}
        {%- for account in var(system ~ '_accounts') %}
            {%- set relation = main if account == 'main'
                else main.incorporate(path={'schema': system ~ '_' ~ account ~ '_raw'}) %}
            {%- set columns = adapter.get_columns_in_relation(relation) %}
            {%- set present = columns | map(attribute='name') | list %}
            {%- if not present and not declared.config.meta.get('optional') %}
                {{- exceptions.raise_compiler_error('There is no table ' ~ relation ~ '.') }}
            {%- endif %}
    select
        cast('{{ account }}' as text) as account
            {%- for column in declared.columns.values() %}
                {%- set kind = column.data_type | replace('json', json) %},
        {% if column.name not in present %}cast(null as {{ kind }}) as {% endif %}
        {{- adapter.quote(column.name) }}
            {%- endfor %}
    {{ 'from ' ~ relation if present else 'where 1 = 0' }}
            {%- if not loop.last %}

    union all
            {% endif %}
        {%- endfor %}
    {%- else -%}
    select * from {{ main }}
    {%- endif %}
{%- endmacro %}
