with

source as (

    {{ read_accounts('clockify', 'custom_fields') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as custom_field_id,

        -- names
        cast(name as text) as custom_field_name,
        cast(description as text) as description,
        cast(placeholder as text) as placeholder,

        -- codes
        cast(type as text) as field_type,
        cast(entity_type as text) as entity_type,
        cast(status as text) as field_status,
        required as is_required,
        only_admin_can_edit as is_edited_by_admins_only,

        -- lists
        cast(allowed_values as text) as allowed_values,
        cast(workspace_default_value as text) as default_value,
        cast(project_default_values as text) as project_default_values

    from source

)

select * from renamed
