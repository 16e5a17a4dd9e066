with

source as (

    {{ read_accounts('clockify', 'tags') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as tag_id,

        -- names
        cast(name as text) as tag_name,

        -- codes
        archived as is_archived

    from source

)

select * from renamed
