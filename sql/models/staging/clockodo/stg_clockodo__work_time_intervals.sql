with

source as (

    {{ read_accounts('clockodo', 'work_time_intervals') }}

),

renamed as (

    select

        -- ids
        account,
        cast(users_id as text) as user_id,

        -- days
        date as date_day,

        -- instants
        time_since as started_at,
        time_until as ended_at

    from source

)

select * from renamed
