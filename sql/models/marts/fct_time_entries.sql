with

entries as (

    select
        *,
        case
            when not is_running then duration_seconds
            else greatest(
                0,
                floor(extract(epoch from {{ as_of() }}) - extract(epoch from started_at))
            )
        end as seconds
    from {{ ref('int_time_entries') }}
    where not is_test_data

),

valued as (

    select
        *,
        cast(seconds as decimal(18, 6)) / 3600 as hours,
        case
            when billable_state <> 'not_visible' then billable_state <> 'not_billable'
        end as is_billable,
        case
            when entry_kind = 'time' then hourly_rate * seconds / 3600
            else lump_sum_amount
        end as worth
    from entries

),

earned as (

    select
        *,
        case
            when is_billable is null or not is_revenue_visible then null
            when not is_billable or is_running then 0
            when is_price_assumed then revenue_stated
            when entry_kind <> 'time' then worth
            when is_open_hard_budget then 0
            else coalesce(worth * revenue_factor, revenue_stated)
        end as revenue,
        case
            when is_billable is null or not is_revenue_visible then null
            when not is_billable or entry_kind <> 'time' then 0
            when is_running then worth * coalesce(revenue_factor, 1)
            when is_open_hard_budget then worth
            else 0
        end as provisional_revenue
    from valued

)

select

    -- ids
    source_system,
    account,
    entry_id,
    entry_kind,
    user_id,
    customer_id,
    project_id,
    service_id,

    -- names
    user_name,
    customer_name,
    project_name,
    service_name,

    -- time
    started_at,
    ended_at,
    cast(started_at at time zone user_time_zone as date) as started_on,
    is_running,
    cast(seconds as bigint) as duration_seconds,
    cast(hours as decimal(18, 6)) as hours,
    billable_state,
    is_billable,
    cast(
        case when is_billable then hours when not is_billable then 0 end as decimal(18, 6)
    ) as billable_hours,

    -- money
    currency,
    cast(hourly_rate as decimal(18, 6)) as hourly_rate,
    cast(lump_sum_amount as decimal(18, 6)) as lump_sum_amount,
    is_price_assumed,
    is_open_hard_budget,
    cast(revenue_stated as decimal(18, 6)) as revenue_stated,
    cast(revenue as decimal(18, 6)) as revenue,
    cast(provisional_revenue as decimal(18, 6)) as provisional_revenue,
    cast(case when is_billable then worth when not is_billable then 0 end as decimal(18, 6))
        as standard_value

from earned
