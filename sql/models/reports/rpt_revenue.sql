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
            as billed,
        case when entry_kind = 'time' then revenue end as earned_by_time,
        case when billable_state <> 'not_billable' then 1 else 0 end as should_earn,
        case when billable_state <> 'not_billable' and revenue is not null then 1 else 0 end
            as has_revenue
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
        team_id,
        coalesce(max(customer_name), 'No customer') as customer_name,
        coalesce(max(project_name), 'No project') as project_name,
        coalesce(max(service_name), 'No service') as service_name,
        max(user_name) as user_name,
        coalesce(max(team_name), 'No team') as team_name,
        count(*) as entries,
        sum(should_earn) - sum(has_revenue) as entries_without_revenue,
        sum(should_earn) as should_earn,
        sum(has_revenue) as has_revenue,
        cast(sum(duration_seconds) as decimal(18, 6)) / 3600 as hours,
        cast(sum(billable_seconds) as decimal(18, 6)) / 3600 as billable_hours,
        sum(revenue) as earned,
        sum(earned_by_time) as earned_by_time,
        sum(unbilled) as unbilled,
        sum(billed) as billed,
        sum(provisional_revenue) as provisional,
        sum(standard_value) as standard_value,
        sum(case when standard_value is not null then revenue end) as earned_of_known,
        sum(case when revenue is not null then standard_value end) as known_standard_value
    from entries
    group by
        source_system,
        account,
        currency,
        month,
        customer_id,
        project_id,
        service_id,
        user_id,
        team_id

),

rounded as (

    select

        -- what, for whom, by whom and when
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
        team_id,
        team_name,

        -- work
        entries,
        cast(entries_without_revenue as bigint) as entries_without_revenue,
        {{ rounded('hours') }} as hours,
        {{ rounded('billable_hours') }} as billable_hours,

        -- money
        {{ rounded('earned') }} as earned,
        {{ rounded('unbilled') }} as unbilled,
        {{ rounded('billed') }} as billed,
        {{ rounded('provisional') }} as provisional,
        {{ rounded('standard_value') }} as standard_value,
        {{ rounded('earned_by_time / nullif(billable_hours, 0)') }}
            as effective_rate_of_billable_hours,
        {{ rounded('earned_by_time / nullif(hours, 0)') }} as effective_rate_of_all_hours,
        {{ percent('earned_of_known', 'known_standard_value') }} as realization_percent,
        {{ percent('has_revenue', 'should_earn') }} as revenue_coverage_percent

    from summed

)

select * from rounded
