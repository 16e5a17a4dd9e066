with

source as (

    {{ read_accounts('clockodo', 'work_times') }}

),

renamed as (

    select

        -- ids
        account,
        cast(users_id as text) as user_id,

        -- numerics
        cast("offset" as bigint) as offset_seconds,

        -- days
        date as date_day

    from source

)

select * from renamed
