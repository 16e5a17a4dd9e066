with

source as (

    {{ read_accounts('clockify', 'time_off_requests') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as request_id,
        cast(user_id as text) as user_id,
        cast(policy_id as text) as policy_id,
        cast(status__changed_by_user_id as text) as decided_by_user_id,
        cast(requester_user_id as text) as requester_user_id,

        -- names
        cast(user_time_zone as text) as user_time_zone,
        cast(policy_name as text) as policy_name,
        cast(status__note as text) as decision_note,
        cast(note as text) as note,

        -- codes
        cast(time_unit as text) as time_unit,
        cast(status__status_type as text) as request_status,
        time_off_period__half_day as is_half_day,
        cast(time_off_period__half_day_period as text) as half_of_day,

        -- numerics
        cast(balance_diff as decimal(18, 6)) as requested_amount,
        cast(balance as decimal(18, 6)) as balance,

        -- instants
        status__changed_at as decided_at,
        time_off_period__period__start as starts_at,
        time_off_period__period__end as ends_at,
        created_at,

        -- lists
        cast(time_off_period__half_day_hours as text) as half_day_hours

    from source

)

select * from renamed
