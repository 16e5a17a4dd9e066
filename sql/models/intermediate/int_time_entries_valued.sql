with

entries as (

    select
        *,
        case
            when is_running
                then {{ seconds_since('started_at') }} + coalesce(duration_seconds, 0)
            else cast(duration_seconds as decimal(18, 6))
        end as seconds,
        case
            when billable_state <> 'not_visible' then billable_state <> 'not_billable'
        end as is_billable
    from {{ ref('int_time_entries') }}

),

valued as (

    select
        *,
        seconds / 3600 as unrounded_hours,
        case
            when not is_billable then 0
            when is_billable and entry_kind = 'time' then hourly_rate * (seconds / 3600)
            when is_billable then lump_sum_amount
        end as worth
    from entries

),

earned as (

    select
        *,
        case
            when not is_billable then 0
            when is_billable is null or not is_revenue_visible then null
            when is_running then 0
            when entry_kind <> 'time' then worth
            when is_open_hard_budget then 0
            else coalesce(worth * revenue_factor, revenue_stated)
        end as earned_money,
        case
            when not is_billable then 0
            when is_billable is null or not is_revenue_visible then null
            when entry_kind <> 'time' then 0
            when is_running then worth * coalesce(revenue_factor, 1)
            when is_open_hard_budget then worth
            else 0
        end as provisional_money
    from valued

),

rounded as (

    select
        *,
        {{ local_day('started_at', 'user_time_zone') }} as started_on,
        cast(seconds as bigint) as counted_seconds,
        {{ rounded('unrounded_hours', 6) }} as hours,
        case
            when is_billable then {{ rounded('unrounded_hours', 6) }}
            when not is_billable then 0
        end as billable_hours,
        {{ rounded('earned_money', 6) }} as revenue,
        {{ rounded('provisional_money', 6) }} as provisional_revenue,
        {{ rounded('worth', 6) }} as standard_value
    from earned

)

select * from rounded
