with

entries as (

    select * from {{ ref('int_time_entries_valued') }}

),

real_entries as (

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
        counted_seconds as duration_seconds,
        hours,
        billable_state,
        is_billable,
        billable_hours,

        -- money
        currency,
        hourly_rate,
        lump_sum_amount,
        is_price_assumed,
        is_open_hard_budget,
        revenue_stated,
        revenue,
        provisional_revenue,
        standard_value

    from entries
    where not is_test_data

)

select * from real_entries
