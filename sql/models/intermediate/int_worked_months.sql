with

entries as (

    select
        *,
        cast(date_trunc('month', started_on) as date) as month_starts_on
    from {{ ref('int_time_entries_valued') }}
    where not is_test_data and not is_running

),

months as (

    select
        source_system,
        account,
        month_starts_on,
        user_id,
        coalesce(customer_id, '') as customer_id,
        currency,
        cast(sum(hours) as decimal(18, 6)) as hours,
        cast(sum(billable_hours) as decimal(18, 6)) as billable_hours,
        cast(sum(revenue) as decimal(18, 6)) as revenue
    from entries
    group by source_system, account, month_starts_on, user_id, coalesce(customer_id, ''), currency

)

select * from months
