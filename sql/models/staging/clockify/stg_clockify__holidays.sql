with

source as (

    {{ read_accounts('clockify', 'holidays') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as holiday_id,
        cast(project_id as text) as project_id,
        cast(task_id as text) as task_id,

        -- names
        cast(name as text) as holiday_name,

        -- codes
        occurs_annually as is_annual,
        everyone_including_new as is_for_everyone,

        -- days
        date_period__start_date as starts_on,
        date_period__end_date as ends_on,

        -- lists
        cast(automatic_time_entry_creation as text) as automatic_entries

    from source

)

select * from renamed
