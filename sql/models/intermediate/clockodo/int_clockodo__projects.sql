with

projects as (

    {{ newest('snap_clockodo__projects', 'project_id') }}

),

neutral as (

    select

        -- ids
        'clockodo' as source_system,
        account,
        project_id,
        customer_id,

        -- names
        project_name,
        project_number,

        -- codes
        is_active and deleted_at is null as is_active,
        is_completed,
        case when is_budget_of_money then 'money' when not is_budget_of_money then 'hours' end
            as budget_unit,
        is_budget_hard as is_fixed_price,
        case budget_interval_code
            when 0 then 'week'
            when 1 then 'month'
            when 2 then 'quarter'
            when 3 then 'year'
        end as budget_interval,
        is_billed_completely,

        -- numerics
        case
            when is_budget_from_subprojects then subprojects_budget_total
            else budget_amount
        end as budget_amount,
        billed_money,

        -- days
        starts_on,
        deadline_on,

        -- instants
        completed_at,
        deleted_at

    from projects
    where not is_test_data

)

select * from neutral
