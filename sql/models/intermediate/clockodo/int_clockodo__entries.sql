with

entries as (

    select
        account, entry_id, 'time' as entry_kind, user_id, customer_id, project_id, service_id,
        user_name, customer_name, project_name, service_name,
        billable_code, is_test_data, started_at, ended_at, ended_at is null as is_running,
        duration_seconds, hourly_rate, cast(null as decimal(18, 6)) as lump_sum_amount,
        false as is_price_assumed, revenue_stated
    from {{ ref('stg_clockodo__time_entries') }}

    union all

    select
        account, entry_id, 'lump_sum' as entry_kind, user_id, customer_id, project_id, service_id,
        user_name, customer_name, project_name, service_name,
        billable_code, is_test_data, started_at, ended_at, false as is_running,
        0 as duration_seconds, null as hourly_rate, lump_sum_amount,
        false as is_price_assumed, revenue_stated
    from {{ ref('stg_clockodo__lump_sum_entries') }}

    union all

    select
        entries.account, entries.entry_id, 'lump_sum_service' as entry_kind, entries.user_id,
        entries.customer_id, entries.project_id,
        'lump_sum_service-' || entries.lump_sum_service_id as service_id,
        entries.user_name, entries.customer_name, entries.project_name,
        coalesce(services.service_name, entries.service_name) as service_name,
        entries.billable_code, entries.is_test_data, entries.started_at, entries.ended_at,
        false as is_running, 0 as duration_seconds, null as hourly_rate,
        entries.units * coalesce(entries.unit_price, services.unit_price) as lump_sum_amount,
        entries.unit_price is null as is_price_assumed, entries.revenue_stated
    from {{ ref('stg_clockodo__lump_sum_service_entries') }} as entries
    left join {{ ref('stg_clockodo__lump_sum_services') }} as services
        on
            entries.account = services.account
            and entries.lump_sum_service_id = services.lump_sum_service_id

)

select * from entries
