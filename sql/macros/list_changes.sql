{#-
What builds have seen to change in lists, since the account's first build (`first_builds`). Each list of
`lists` has its `key` (columns or expressions), whose the row is (`user`: a column, or none) and the columns
that models read (`says`).
-#}
{% macro list_changes(system, lists) -%}
    {% for name, list in lists.items() %}
    {{ changes_of_list(system, name, list.key, list.get('user'), list.says) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{% macro changes_of_list(system, name, key, user, says) -%}
    {% set row = 'partition by account, ' ~ key | join(', ') ~ ' order by dbt_valid_from' %}
    select
        '{{ system }}' as source_system,
        account,
        '{{ name }}' as list_name,
        row_id,
        user_id,
        change_kind,
        nullif(before, '') as before,
        nullif(after, '') as after,
        seen_at at time zone 'UTC' as seen_at
    from (
        select
            account,
            concat_ws(' ', {{ key | join(', ') }}) as row_id,
            {{ user or 'cast(null as text)' }} as user_id,
            case when last_until = dbt_valid_from then 'updated' else 'inserted' end as change_kind,
            case when last_until = dbt_valid_from then {{ _told(says, 'last_', '') }} end as before,
            case
                when last_until = dbt_valid_from then {{ _told(says, '', 'last_') }}
                else {{ _told(says, '') }}
            end as after,
            dbt_valid_from as seen_at
        from (
            select
                *,
                {% for column in says %}
                lag({{ column }}) over ({{ row }}) as last_{{ column }},
                {% endfor %}
                lag(dbt_valid_to) over ({{ row }}) as last_until
            from ({{ _lasting(system, name) }}) as lasting
        ) as states
        inner join first_builds
            using (account)
        where dbt_valid_from > first_from
        union all
        select
            account,
            concat_ws(' ', {{ key | join(', ') }}) as row_id,
            {{ user or 'cast(null as text)' }} as user_id,
            'deleted' as change_kind,
            {{ _told(says, '') }} as before,
            null as after,
            dbt_valid_to as seen_at
        from (
            select
                *,
                lead(dbt_valid_from) over ({{ row }}) as next_from
            from ({{ _lasting(system, name) }}) as lasting
        ) as states
        where dbt_valid_to is not null and dbt_valid_to is distinct from next_from
    ) as seen
    where before <> '' or after <> ''
{%- endmacro %}

{#- The states of a list without those that a second build of the same moment has replaced. -#}
{% macro _lasting(system, name) -%}
    select * from {{ ref('snap_' ~ system ~ '__' ~ name) }}
    where dbt_valid_to is null or dbt_valid_from < dbt_valid_to
{%- endmacro %}

{#- Columns with their values, of those only that differ where there is another side. -#}
{% macro _told(columns, side, other=none) -%}
    concat_ws(', ',
        {% for column in columns %}
        {% if other is not none %}
        case
            when {{ side }}{{ column }} is distinct from {{ other }}{{ column }}
                then '{{ column }} ' || coalesce(cast({{ side }}{{ column }} as text), 'none')
        end
        {% else %}
        '{{ column }} ' || cast({{ side }}{{ column }} as text)
        {% endif %}
        {{- ',' if not loop.last }}
        {% endfor %}
    )
{%- endmacro %}
