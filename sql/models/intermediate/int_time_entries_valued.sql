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
        end as seconds,
        case
            when billable_state <> 'not_visible' then billable_state <> 'not_billable'
        end as is_billable
    from {{ ref('int_time_entries') }}

),

valued as (

    select
        *,
        case
            when not is_billable then 0
            when is_billable and entry_kind = 'time' then hourly_rate * seconds / 3600
            when is_billable then lump_sum_amount
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
    source_system,
    account,
    entry_id,
    is_billable,
    cast(seconds as bigint) as counted_seconds,
    cast(cast(seconds as decimal(18, 6)) / 3600 as decimal(18, 6)) as hours,
    cast(
        case when is_billable then cast(seconds as decimal(18, 6)) / 3600 when not is_billable then 0 end as decimal(18, 6)
    ) as billable_hours,
    cast(worth as decimal(18, 6)) as standard_value,
    cast(revenue as decimal(18, 6)) as revenue,
    cast(provisional_revenue as decimal(18, 6)) as provisional_revenue
from earned
