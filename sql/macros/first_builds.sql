{#- When the models of each account were first built: no account is without people, other lists may be. -#}
{% macro first_builds(systems) -%}
    {% for system in systems %}
    select
        '{{ system }}' as source_system,
        account,
        min(dbt_valid_from) as first_from
    from {{ ref('snap_' ~ system ~ '__users') }}
    group by account
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}
