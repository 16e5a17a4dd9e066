with

source as (

    {{ read_accounts('clockify', 'user_groups') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as user_group_id,

        -- names
        cast(name as text) as user_group_name,

        -- lists
        cast(team_managers as text) as team_managers

    from source

)

select * from renamed
