with

changes as (

    select * from {{ ref('stg_clockodo__entry_changes') }}

),

-- What an entry was before a change counts against, what it is after it counts for.
sides as (

    {% for side, name, sign in [('old', 'before', -1), ('new', 'after', 1)] %}
    select
        account,
        change_id,
        '{{ name }}' as side,
        {{ sign }} as sign,
        entry_id,
        change_kind,
        changed_columns,
        seen_at,
        {{ side }}_user_id as user_id,
        {{ side }}_customer_id as customer_id,
        {{ side }}_project_id as project_id,
        {{ side }}_billable_code as billable_code,
        {{ side }}_duration_seconds as duration_seconds,
        {{ side }}_revenue as revenue,
        {{ side }}_started_at as started_at
    from changes
    where {{ side }}_started_at is not null and not is_{{ side }}_test_data
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

neutral as (

    select

        -- ids
        'clockodo' as source_system,
        sides.account,
        sides.change_id,
        sides.side,
        sides.sign,
        sides.entry_id,
        sides.user_id,
        sides.customer_id,
        sides.project_id,

        -- codes
        sides.change_kind,
        sides.changed_columns,
        case sides.billable_code
            when 0 then 'not_billable'
            when 1 then 'billable'
            when 2 then 'billed'
            else 'not_visible'
        end as billable_state,

        -- amounts
        sides.duration_seconds,
        sides.revenue,
        accounts.currency,

        -- time
        sides.seen_at,
        sides.started_at,
        coalesce(users.time_zone, accounts.time_zone) as user_time_zone

    from sides
    inner join {{ ref('int_clockodo__accounts') }} as accounts
        on sides.account = accounts.account
    left join {{ ref('int_clockodo__users') }} as users
        on sides.account = users.account and sides.user_id = users.user_id

)

select * from neutral
