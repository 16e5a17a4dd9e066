with

source as (

    {{ read_accounts('clockify', 'user_group_members') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(user_group_id as text) as user_group_id,
        cast(user_id as text) as user_id

    from source

)

select * from renamed
