with

projects as (

    {{ newest('snap_clockify__projects', 'project_id') }}

),

clients as (

    {{ newest('snap_clockify__clients', 'client_id') }}

),

-- Breaks, holidays and time off are entries and no work; a kind nobody knows yet may be work.
entries as (

    select
        entries.*,
        -- of a project that is known, only its own client counts
        case when projects.project_id is null then entries.client_id else projects.client_id end
            as customer_id,
        projects.currency as project_currency,
        coalesce(entries.reported_rate_cents, entries.hourly_rate_cents) as rate_cents,
        coalesce(
            entries.reported_rate_cents,
            entries.hourly_rate_cents,
            entries.reported_amount_cents
        ) is not null as is_money_stated,
        entries.invoicing_info not in ('[]', '{}', 'null') as is_invoiced
    from {{ ref('stg_clockify__time_entries') }} as entries
    left join projects
        on entries.account = projects.account and entries.project_id = projects.project_id
    where coalesce(entries.entry_type, 'REGULAR') not in ('BREAK', 'HOLIDAY', 'TIME_OFF', 'TIMEOFF')

),

neutral as (

    select

        -- ids
        'clockify' as source_system,
        entries.account,
        entries.entry_id,
        'time' as entry_kind,
        entries.user_id,
        entries.customer_id,
        entries.project_id,
        entries.task_id as service_id,

        -- names, as the entry states them
        entries.user_name,
        entries.client_name as customer_name,
        entries.project_name,
        entries.task_name as service_name,

        -- time
        entries.started_at,
        entries.ended_at,
        coalesce(users.time_zone, accounts.time_zone) as user_time_zone,
        entries.ended_at is null as is_running,
        cast(
            extract(epoch from entries.ended_at) - extract(epoch from entries.started_at)
            as bigint
        ) as duration_seconds,

        -- money
        case
            when entries.is_billable and entries.is_invoiced then 'billed'
            when entries.is_billable then 'billable'
            when not entries.is_billable then 'not_billable'
            else 'not_visible'
        end as billable_state,
        coalesce(
            entries.hourly_rate_currency,
            entries.project_currency,
            clients.currency,
            workspaces.currency,
            'XXX'
        ) as currency,
        -- where rates are seen and none is stated there is none
        cast(
            case
                when entries.is_money_stated then entries.rate_cents
                when not workspaces.is_rate_hidden then 0
            end * 0.01 as decimal(18, 6)
        ) as hourly_rate,
        cast(null as decimal(18, 6)) as lump_sum_amount,
        false as is_price_assumed,
        cast(1 as decimal(28, 12)) as revenue_factor,
        false as is_open_hard_budget,
        cast(entries.reported_amount_cents * 0.01 as decimal(18, 6)) as revenue_stated,
        entries.is_money_stated or not coalesce(workspaces.is_rate_hidden, true)
            as is_revenue_visible,
        false as is_test_data

    from entries
    inner join {{ ref('int_clockify__accounts') }} as accounts
        on entries.account = accounts.account
    left join {{ ref('int_clockify__users') }} as users
        on entries.account = users.account and entries.user_id = users.user_id
    left join clients
        on entries.account = clients.account and entries.customer_id = clients.client_id
    left join {{ ref('int_clockify__workspaces') }} as workspaces
        on
            entries.account = workspaces.account
            and entries.workspace_id = workspaces.workspace_id

)

select * from neutral
