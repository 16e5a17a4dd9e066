with

source as (

    {{ read_accounts('clockify', 'projects') }}

),

-- Not the time tracked on it: each entry would make a new state of the project.
renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as project_id,
        cast(client_id as text) as client_id,
        cast(currency__id as text) as currency_id,

        -- names
        cast(name as text) as project_name,
        cast(color as text) as color,
        cast(note as text) as note,
        cast(client_name as text) as client_name,
        cast(hourly_rate__currency as text) as hourly_rate_currency,
        cast(cost_rate__currency as text) as cost_rate_currency,
        cast(estimate__estimate as text) as estimated_duration,
        cast(time_estimate__estimate as text) as time_budget,
        cast(currency__code as text) as currency,

        -- codes
        archived as is_archived,
        billable as is_billable_by_default,
        public as is_public,
        template as is_pattern,
        cast(estimate__type as text) as estimate_type,
        cast(time_estimate__type as text) as time_budget_type,
        time_estimate__active as has_time_budget,
        time_estimate__include_non_billable as is_time_budget_of_all_work,
        cast(time_estimate__reset_option as text) as time_budget_reset,
        cast(budget_estimate__type as text) as money_budget_type,
        budget_estimate__active as has_money_budget,
        budget_estimate__include_expenses as is_money_budget_of_expenses,
        cast(budget_estimate__reset_option as text) as money_budget_reset,

        -- numerics
        cast(hourly_rate__amount as decimal(18, 6)) as hourly_rate_cents,
        cast(cost_rate__amount as decimal(18, 6)) as cost_rate_cents,
        cast(budget_estimate__estimate as decimal(18, 6)) as money_budget_cents,

        -- lists
        cast(estimate_reset as text) as budget_reset,
        cast(custom_fields as text) as custom_fields

    from source

)

select * from renamed
