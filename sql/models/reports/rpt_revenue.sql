with

entries as (

    select * from {{ ref('fct_time_entries') }}

),

grouped as (

    select

        -- ids
        source_system,
        account,
        currency,
        cast(date_trunc('month', started_on) as date) as month_on,
        customer_id,
        project_id,
        service_id,
        user_id,

        -- names
        max(customer_name) as customer_name,
        coalesce(max(project_name), 'No project') as project_name,
        coalesce(max(service_name), 'No service') as service_name,
        max(user_name) as user_name,

        -- numerics
        count(*) as entries,
        count(*) - count(revenue) as entries_without_revenue,
        cast(sum(duration_seconds) as decimal(18, 6)) / 3600 as hours,
        cast(sum(case when is_billable then duration_seconds when not is_billable then 0 end)
        as decimal(18, 6)) / 3600 as billable_hours,
        sum(revenue) as earned,
        sum(case when billable_state = 'billable' then revenue when is_billable is not null then 0 end) as unbilled,
        sum(case when billable_state = 'billed' then revenue when is_billable is not null then 0 end) as billed,
        sum(provisional_revenue) as provisional,
        sum(standard_value) as standard_value

    from entries
    group by
        source_system,
        account,
        currency,
        cast(date_trunc('month', started_on) as date),
        customer_id,
        project_id,
        service_id,
        user_id

)

select * from grouped
