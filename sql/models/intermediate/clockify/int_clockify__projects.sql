with

projects as (

    {{ newest('snap_clockify__projects', 'project_id') }}

),

clients as (

    {{ newest('snap_clockify__clients', 'client_id') }}

),

budgets as (

    select
        *,
        case when has_money_budget then 'money' when has_time_budget then 'hours' end
            as budget_unit,
        case
            when has_money_budget then money_budget_reset
            when has_time_budget then time_budget_reset
        end as reset_option
    from projects

),

neutral as (

    select

        -- ids
        'clockify' as source_system,
        budgets.account,
        budgets.project_id,
        budgets.client_id as customer_id,

        -- names
        budgets.project_name,
        cast(null as text) as project_number,

        -- codes
        not budgets.is_archived and budgets.deleted_at is null as is_active,
        false as is_completed,
        budgets.budget_unit,
        coalesce(budgets.budget_unit = 'hours' and not budgets.is_time_budget_of_all_work, false)
            as is_budget_of_billable_time,
        false as is_fixed_price,
        case budgets.reset_option
            when 'WEEKLY' then 'week'
            when 'MONTHLY' then 'month'
            when 'YEARLY' then 'year'
        end as budget_interval,
        cast(null as boolean) as is_billed_completely,

        -- numerics
        case budgets.budget_unit
            when 'money' then cast(budgets.money_budget_cents * 0.01 as decimal(18, 6))
            when 'hours' then {{ iso_hours('budgets.time_budget') }}
        end as budget_amount,
        cast(null as decimal(18, 6)) as billed_money,
        coalesce(budgets.currency, clients.currency, workspaces.currency, 'XXX') as currency,

        -- days
        cast(null as date) as starts_on,
        cast(null as date) as deadline_on,

        -- instants
        cast(null as timestamp with time zone) as completed_at,
        budgets.deleted_at

    from budgets
    left join clients
        on budgets.account = clients.account and budgets.client_id = clients.client_id
    left join {{ ref('int_clockify__workspaces') }} as workspaces
        on
            budgets.account = workspaces.account
            and budgets.workspace_id = workspaces.workspace_id

)

select * from neutral
