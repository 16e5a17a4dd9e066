with

source as (

    {{ read_accounts('clockodo', 'teams') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as team_id,
        cast(leader as text) as leader_user_id,

        -- names
        cast(name as text) as team_name,

        -- lists
        cast(user_ids as text) as user_ids

    from source

)

select * from renamed
