with

accounts as (

    select
        source_system,
        account,
        {{ local_day(as_of(), 'time_zone') }} as as_of_on
    from {{ ref('int_accounts') }}

),

-- What lies ahead is no work in progress yet.
entries as (

    select
        entries.source_system,
        entries.account,
        entries.currency,
        entries.customer_id,
        entries.project_id,
        accounts.as_of_on,
        accounts.as_of_on - entries.started_on as age_days,
        case when entries.billable_state = 'billable' then entries.revenue end as unbilled,
        case
            when
                entries.billable_state not in ('not_billable', 'billed')
                and entries.revenue is null
                then 1
            else 0
        end as is_unseen,
        entries.standard_value
    from {{ ref('fct_time_entries') }} as entries
    inner join accounts
        on
            entries.source_system = accounts.source_system
            and entries.account = accounts.account
            and entries.started_on <= accounts.as_of_on

),

summed as (

    select
        source_system,
        account,
        currency,
        customer_id,
        project_id,
        as_of_on,
        coalesce(sum(case when age_days <= 30 then unbilled end), 0) as unbilled_0_to_30,
        coalesce(sum(case when age_days between 31 and 60 then unbilled end), 0)
            as unbilled_31_to_60,
        coalesce(sum(case when age_days between 61 and 90 then unbilled end), 0)
            as unbilled_61_to_90,
        coalesce(sum(case when age_days > 90 then unbilled end), 0) as unbilled_over_90,
        coalesce(sum(unbilled), 0) as unbilled,
        sum(is_unseen) as entries_without_revenue,
        max(case when unbilled <> 0 then age_days end) as oldest_days,
        case when sum(is_unseen) = 0 then coalesce(sum(standard_value), 0) end as standard_value
    from entries
    group by source_system, account, currency, customer_id, project_id, as_of_on

),

-- A fixed price is billed by the project and not by the entry: shown beside, never added.
described as (

    select
        summed.source_system,
        summed.account,
        summed.currency,
        summed.as_of_on,
        summed.customer_id,
        coalesce(customers.customer_name, 'No customer') as customer_name,
        summed.project_id,
        coalesce(projects.project_name, 'No project') as project_name,
        coalesce(projects.is_fixed_price, false) as is_fixed_price,
        projects.is_completed,
        projects.is_billed_completely,
        summed.oldest_days,
        summed.entries_without_revenue,
        summed.unbilled,
        summed.unbilled_0_to_30,
        summed.unbilled_31_to_60,
        summed.unbilled_61_to_90,
        summed.unbilled_over_90,
        case when projects.is_fixed_price then summed.standard_value end
            as fixed_price_standard_value,
        case when projects.is_fixed_price then coalesce(projects.billed_money, 0) end
            as fixed_price_billed_money,
        case
            when projects.is_fixed_price and not coalesce(projects.is_billed_completely, false)
                then summed.standard_value - coalesce(projects.billed_money, 0)
            when projects.is_fixed_price then 0
        end as fixed_price_in_progress
    from summed
    left join {{ ref('dim_customers') }} as customers
        on
            summed.source_system = customers.source_system
            and summed.account = customers.account
            and summed.customer_id = customers.customer_id
    left join {{ ref('dim_projects') }} as projects
        on
            summed.source_system = projects.source_system
            and summed.account = projects.account
            and summed.project_id = projects.project_id

),

rounded as (

    select
        source_system,
        account,
        currency,
        as_of_on,
        customer_id,
        customer_name,
        project_id,
        project_name,
        is_fixed_price,
        is_completed,
        is_billed_completely,
        cast(oldest_days as bigint) as oldest_days,
        cast(entries_without_revenue as bigint) as entries_without_revenue,
        {{ rounded('unbilled') }} as unbilled,
        {{ rounded('unbilled_0_to_30') }} as unbilled_0_to_30,
        {{ rounded('unbilled_31_to_60') }} as unbilled_31_to_60,
        {{ rounded('unbilled_61_to_90') }} as unbilled_61_to_90,
        {{ rounded('unbilled_over_90') }} as unbilled_over_90,
        {{ rounded('fixed_price_standard_value') }} as fixed_price_standard_value,
        {{ rounded('fixed_price_billed_money') }} as fixed_price_billed_money,
        {{ rounded('fixed_price_in_progress') }} as fixed_price_in_progress
    from described
    where unbilled <> 0 or is_fixed_price or entries_without_revenue > 0

)

select * from rounded
