with

listed as (

    select
        *,
        true as was_listed
    from {{ ref('int_projects') }}

),

-- Whatever entries name belongs here, listed or not.
stated as (

    select
        source_system,
        account,
        project_id,
        max(project_name) as stated_name,
        max(customer_id) as stated_customer_id
    from {{ ref('int_time_entries') }}
    where project_id is not null and not is_test_data
    group by source_system, account, project_id

),

members as (

    select * from listed -- noqa: RF02
    full outer join stated using (source_system, account, project_id)

),

described as (

    select

        -- ids
        source_system,
        account,
        project_id,
        case when was_listed then customer_id else stated_customer_id end as customer_id,

        -- names
        coalesce(project_name, stated_name, project_id) as project_name,
        project_number,

        -- codes
        coalesce(is_active, false) as is_active,
        coalesce(was_listed, false) and deleted_at is null as is_listed,
        is_completed,
        budget_unit,
        is_budget_of_billable_time,
        is_fixed_price,
        budget_interval,
        is_billed_completely,

        -- numerics
        budget_amount,
        billed_money,
        currency,

        -- days
        starts_on,
        deadline_on,

        -- instants
        completed_at,
        deleted_at

    from members

)

select * from described
