with

source as (

    {{ read_accounts('clockify', 'time_off_policies') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as policy_id,

        -- names
        cast(name as text) as policy_name,

        -- codes
        archived as is_archived,
        cast(time_unit as text) as time_unit,
        allow_half_day as is_half_day_allowed,
        allow_negative_balance as is_negative_balance_allowed,
        everyone_including_new as is_for_everyone,

        -- lists
        cast(negative_balance as text) as negative_balance,
        cast(automatic_accrual as text) as automatic_accrual,
        cast(automatic_time_entry_creation as text) as automatic_entries,
        cast(approve as text) as approval,
        cast(user_ids as text) as user_ids,
        cast(user_group_ids as text) as user_group_ids

    from source

)

select * from renamed
