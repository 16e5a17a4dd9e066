with

projects as (

    select
        *,
        coalesce(is_budget_hard and not is_completed, false) as is_open_hard_budget
    from {{ ref('stg_clockodo__projects') }}

),

neutral as (

    select

        -- ids
        'clockodo' as source_system,
        entries.account,
        entries.entry_id,
        entries.entry_kind,
        entries.user_id,
        entries.customer_id,
        entries.project_id,
        entries.service_id,

        -- names, as the entry states them
        entries.user_name,
        entries.customer_name,
        entries.project_name,
        entries.service_name,

        -- time
        entries.started_at,
        entries.ended_at,
        coalesce(users.time_zone, accounts.time_zone) as user_time_zone,
        entries.is_running,
        entries.duration_seconds,

        -- money
        case entries.billable_code
            when 0 then 'not_billable'
            when 1 then 'billable'
            when 2 then 'billed'
            when -1 then 'not_visible'
        end as billable_state,
        accounts.currency,
        entries.hourly_rate,
        entries.lump_sum_amount,
        entries.is_price_assumed,
        cast(
            case when entries.project_id is null then 1 else projects.revenue_factor end
            as decimal(28, 12)
        ) as revenue_factor,
        coalesce(projects.is_open_hard_budget, false) as is_open_hard_budget,
        entries.revenue_stated,
        coalesce(entries.revenue_stated, entries.hourly_rate) is not null as is_revenue_visible,
        entries.is_test_data

    from {{ ref('int_clockodo__entries') }} as entries
    inner join {{ ref('int_clockodo__accounts') }} as accounts
        on entries.account = accounts.account
    left join {{ ref('int_clockodo__users') }} as users
        on entries.account = users.account and entries.user_id = users.user_id
    left join projects
        on entries.account = projects.account and entries.project_id = projects.project_id

)

select * from neutral
