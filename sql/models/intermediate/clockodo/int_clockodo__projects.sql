with

projects as (

    {{ newest('snap_clockodo__projects', 'project_id') }}

),

neutral as (

    select

        -- ids
        'clockodo' as source_system,
        projects.account,
        projects.project_id,
        projects.customer_id,

        -- names
        projects.project_name,
        projects.project_number,

        -- codes
        projects.is_active and projects.deleted_at is null as is_active,
        projects.is_completed,
        case
            when projects.is_budget_of_money then 'money'
            when not projects.is_budget_of_money then 'hours'
        end as budget_unit,
        false as is_budget_of_billable_time,
        projects.is_budget_hard as is_fixed_price,
        case projects.budget_interval_code
            when 0 then 'week'
            when 1 then 'month'
            when 2 then 'quarter'
            when 3 then 'year'
        end as budget_interval,
        projects.is_billed_completely,

        -- numerics
        case
            when projects.is_budget_from_subprojects then projects.subprojects_budget_total
            else projects.budget_amount
        end as budget_amount,
        projects.billed_money,
        accounts.currency,

        -- days
        projects.starts_on,
        projects.deadline_on,

        -- instants
        projects.completed_at,
        projects.deleted_at

    from projects
    inner join {{ ref('int_clockodo__accounts') }} as accounts
        on projects.account = accounts.account
    where not projects.is_test_data

)

select * from neutral
