with

source as (

    {{ read_accounts('clockodo', 'work_time_change_requests') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as change_request_id,
        cast(users_id as text) as user_id,
        cast(declined_by as text) as declined_by_user_id,

        -- codes
        cast(status as bigint) as status_code,

        -- days
        date as date_day,

        -- instants
        created_at,
        declined_at

    from source

)

select * from renamed
