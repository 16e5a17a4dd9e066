with

source as (

    {{ read_accounts('clockify', 'member_profiles') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(user_id as text) as user_id,

        -- names
        cast(work_capacity as text) as work_capacity,
        cast(week_start as text) as week_starts_with,

        -- numerics
        cast(workspace_number as bigint) as workspaces,

        -- lists
        cast(working_days as text) as working_days,
        cast(user_custom_field_values as text) as custom_fields

    from source

)

select * from renamed
