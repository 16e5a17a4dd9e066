with

source as (

    {{ read_accounts('clockify', 'time_entries') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as entry_id,
        cast(user_id as text) as user_id,
        cast(project_id as text) as project_id,
        cast(task_id as text) as task_id,
        cast(kiosk_id as text) as kiosk_id,
        cast(approval_request_id as text) as approval_request_id,
        cast(client_id as text) as client_id,

        -- names
        cast(description as text) as description,
        cast(time_interval__duration as text) as stated_duration,
        cast(hourly_rate__currency as text) as hourly_rate_currency,
        cast(cost_rate__currency as text) as cost_rate_currency,
        cast(user_name as text) as user_name,
        cast(client_name as text) as client_name,
        cast(project_name as text) as project_name,
        cast(task_name as text) as task_name,

        -- codes
        billable as is_billable,
        cast(type as text) as entry_type,
        is_locked,

        -- numerics
        cast(hourly_rate__amount as decimal(18, 6)) as hourly_rate_cents,
        cast(cost_rate__amount as decimal(18, 6)) as cost_rate_cents,
        cast(rate as decimal(18, 6)) as reported_rate_cents,
        cast(amount as decimal(18, 6)) as reported_amount_cents,

        -- instants
        time_interval__start as started_at,
        time_interval__end as ended_at,

        -- lists
        cast(tag_ids as text) as tag_ids,
        cast(custom_field_values as text) as custom_field_values,
        cast(invoicing_info as text) as invoicing_info

    from source

)

select * from renamed
