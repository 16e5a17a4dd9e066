with

source as (

    {{ read_accounts('clockodo', 'users') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as user_id,

        -- names
        cast(name as text) as user_name,
        cast(timezone as text) as time_zone,

        -- codes
        active as is_active

    from source

)

select * from renamed
