with

source as (

    {{ read_accounts('clockodo', 'resource_status') }}

),

renamed as (

    select

        -- ids
        account,
        run_id,
        resource as resource_name,

        -- codes
        status as reading_status,

        -- texts
        detail,

        -- time
        as_of as read_at,
        ended_at

    from source

)

select * from renamed
