with

source as (

    {{ read_accounts('clockify', 'tasks') }}

),

-- Not the time tracked on it: each entry would make a new state of the task.
renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as task_id,
        cast(project_id as text) as project_id,
        cast(assignee_id as text) as assignee_user_id,

        -- names
        cast(name as text) as task_name,
        cast(estimate as text) as estimated_duration,
        cast(hourly_rate__currency as text) as hourly_rate_currency,
        cast(cost_rate__currency as text) as cost_rate_currency,

        -- codes
        cast(status as text) as task_status,
        billable as is_billable_by_default,

        -- numerics
        cast(budget_estimate as decimal(18, 6)) as money_budget_cents,
        cast(hourly_rate__amount as decimal(18, 6)) as hourly_rate_cents,
        cast(cost_rate__amount as decimal(18, 6)) as cost_rate_cents,

        -- lists
        cast(assignee_ids as text) as assignee_user_ids,
        cast(user_group_ids as text) as assignee_user_group_ids

    from source

)

select * from renamed
