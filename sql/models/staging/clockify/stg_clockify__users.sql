with

source as (

    {{ read_accounts('clockify', 'users') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as user_id,
        cast(active_workspace as text) as active_workspace_id,
        cast(default_workspace as text) as default_workspace_id,

        -- names
        cast(email as text) as email,
        cast(name as text) as user_name,
        cast(settings__time_zone as text) as time_zone,
        cast(settings__week_start as text) as week_starts_with,
        cast(settings__lang as text) as language,

        -- codes
        cast(status as text) as account_status,

        -- lists
        cast(custom_fields as text) as custom_fields,
        cast(roles as text) as user_roles

    from source

)

select * from renamed
