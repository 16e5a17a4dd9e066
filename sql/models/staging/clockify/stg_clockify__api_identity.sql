with

source as (

    {{ read_accounts('clockify', 'api_identity') }}

),

renamed as (

    select

        -- ids
        account,
        cast(run_id as text) as run_id,
        cast(users_id as text) as user_id,

        -- names
        cast(role as text) as role,
        cast(timezone as text) as time_zone,

        -- codes
        loaded as has_loaded,

        -- time
        as_of as read_at,
        ended_at,

        -- lists
        cast(rights as text) as rights

    from source

)

select * from renamed
