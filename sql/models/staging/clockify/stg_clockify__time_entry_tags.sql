with

source as (

    {{ read_accounts('clockify', 'time_entry_tags') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(time_entry_id as text) as entry_id,
        cast(tag_id as text) as tag_id,

        -- instants
        time_interval__start as started_at

    from source

)

select * from renamed
