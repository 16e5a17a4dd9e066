with

changes as (

    select * from {{ ref('stg_clockify__entry_changes') }}

),

projects as (

    {{ newest('snap_clockify__projects', 'project_id') }}

),

clients as (

    {{ newest('snap_clockify__clients', 'client_id') }}

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
        {{ side }}_project_id as project_id,
        is_{{ side }}_billable as is_billable,
        {{ side }}_invoicing_info not in ('[]', '{}', 'null') as is_invoiced,
        {{ side }}_amount_cents as amount_cents,
        {{ side }}_rate_cents as rate_cents,
        {{ side }}_started_at as started_at,
        cast(
            extract(epoch from {{ side }}_ended_at) - extract(epoch from {{ side }}_started_at)
            as bigint
        ) as duration_seconds
    from changes
    where
        {{ side }}_started_at is not null
        and coalesce({{ side }}_entry_type, 'REGULAR')
        not in ('BREAK', 'HOLIDAY', 'TIME_OFF', 'TIMEOFF')
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

neutral as (

    select

        -- ids
        'clockify' as source_system,
        sides.account,
        sides.change_id,
        sides.side,
        sides.sign,
        sides.entry_id,
        sides.user_id,
        projects.client_id as customer_id,
        sides.project_id,

        -- codes
        sides.change_kind,
        sides.changed_columns,
        case
            when sides.is_billable and sides.is_invoiced then 'billed'
            when sides.is_billable then 'billable'
            when not sides.is_billable then 'not_billable'
            else 'not_visible'
        end as billable_state,

        -- amounts
        sides.duration_seconds,
        cast(
            case
                when not sides.is_billable then 0
                else
                    coalesce(
                        sides.amount_cents, sides.rate_cents * sides.duration_seconds / 3600
                    ) * 0.01
            end as decimal(18, 6)
        ) as revenue,
        coalesce(projects.currency, clients.currency, accounts.currency) as currency,

        -- time
        sides.seen_at,
        sides.started_at,
        coalesce(users.time_zone, accounts.time_zone) as user_time_zone

    from sides
    inner join {{ ref('int_clockify__accounts') }} as accounts
        on sides.account = accounts.account
    left join {{ ref('int_clockify__users') }} as users
        on sides.account = users.account and sides.user_id = users.user_id
    left join projects
        on sides.account = projects.account and sides.project_id = projects.project_id
    left join clients
        on projects.account = clients.account and projects.client_id = clients.client_id

)

select * from neutral
