with

source as (

    {{ read_accounts('clockodo', 'work_time_change_request_changes') }}

),

renamed as (

    select

        -- ids
        account,
        cast(work_time_change_requests_id as text) as change_request_id,
        cast(position as bigint) as position,

        -- codes
        cast(type as bigint) as type_code,

        -- instants
        time_since as started_at,
        time_until as ended_at

    from source

)

select * from renamed
