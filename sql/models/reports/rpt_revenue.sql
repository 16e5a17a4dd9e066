with

entries as (

    select
        *,
        cast(date_trunc('month', started_on) as date) as month,
        case when is_billable then duration_seconds when not is_billable then 0 end
            as billable_seconds,
        case when billable_state = 'billable' then revenue when is_billable is not null then 0 end
            as unbilled,
        case when billable_state = 'billed' then revenue when is_billable is not null then 0 end
            as billed
    from {{ ref('fct_time_entries') }}

),

summed as (

    select
        source_system,
        account,
        currency,
        month,
        customer_id,
        project_id,
        service_id,
        user_id,
        max(customer_name) as customer_name,
        coalesce(max(project_name), 'No project') as project_name,
        coalesce(max(service_name), 'No service') as service_name,
        max(user_name) as user_name,
        count(*) as entries,
        count(*) - count(revenue) as entries_without_revenue,
        cast(sum(duration_seconds) as decimal(18, 6)) / 3600 as hours,
        cast(sum(billable_seconds) as decimal(18, 6)) / 3600 as billable_hours,
        sum(revenue) as earned,
        sum(unbilled) as unbilled,
        sum(billed) as billed,
        sum(provisional_revenue) as provisional,
        sum(standard_value) as standard_value
    from entries
    group by
        source_system, account, currency, month, customer_id, project_id, service_id, user_id

),

rounded as (

    select
        source_system,
        account,
        currency,
        month,
        customer_id,
        customer_name,
        project_id,
        project_name,
        service_id,
        service_name,
        user_id,
        user_name,
        entries,
        entries_without_revenue,
        cast(hours as decimal(18, 2)) as hours,
        cast(billable_hours as decimal(18, 2)) as billable_hours,
        cast(earned as decimal(18, 2)) as earned,
        cast(unbilled as decimal(18, 2)) as unbilled,
        cast(billed as decimal(18, 2)) as billed,
        cast(provisional as decimal(18, 2)) as provisional,
        cast(standard_value as decimal(18, 2)) as standard_value
    from summed

)

select * from rounded
