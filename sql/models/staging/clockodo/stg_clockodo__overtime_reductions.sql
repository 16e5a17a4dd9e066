with

source as (

    {{ read_accounts('clockodo', 'overtime_reductions') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as reduction_id,
        cast(users_id as text) as user_id,
        cast(added_by_users_id as text) as added_by_user_id,

        -- names
        cast(note as text) as note,

        -- numerics
        cast(hours as decimal(18, 6)) as hours,

        -- days
        date as date_day,
        added_at as added_on

    from source

)

select * from renamed
