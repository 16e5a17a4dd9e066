with

source as (

    {{ read_accounts('clockodo', 'projects') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as project_id,
        cast(customers_id as text) as customer_id,
        cast(bill_service_id as text) as bill_service_id,

        -- names
        cast(name as text) as project_name,
        cast(number as text) as project_number,
        cast(note as text) as note,

        -- codes
        active as is_active,
        billable_default as is_billable_by_default,
        completed as is_completed,
        automatic_completion as is_completed_at_deadline,
        billed_completely as is_billed_completely,
        budget__monetary as is_budget_of_money,
        budget__hard as is_budget_hard,
        budget__from_subprojects as is_budget_from_subprojects,
        cast(budget__interval as bigint) as budget_interval_code,
        coalesce(test_data, false) as is_test_data,

        -- numerics
        cast(revenue_factor as decimal(28, 12)) as revenue_factor,
        cast(billed_money as decimal(18, 6)) as billed_money,
        cast(count_subprojects as bigint) as subprojects,
        cast(budget__amount as decimal(18, 6)) as budget_amount,
        cast(budget__subprojects_budget_total as decimal(18, 6)) as subprojects_budget_total,

        -- days
        start_date as starts_on,
        deadline as deadline_on,

        -- instants
        completed_at,

        -- lists
        cast(budget__notification_thresholds as text) as budget_notification_thresholds,
        cast(service_assignments as text) as assigned_service_ids

    from source

)

select * from renamed
