with

source as (

    {{ read_accounts('clockodo', 'absences') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as absence_id,
        cast(users_id as text) as user_id,
        cast(approved_by as text) as decided_by_user_id,

        -- names
        cast(note as text) as note,
        cast(public_note as text) as public_note,

        -- codes
        cast(status as bigint) as status_code,
        cast(type as bigint) as type_code,
        sick_note as has_sick_note,

        -- numerics
        cast(count_days as decimal(18, 6)) as days,
        cast(count_hours as decimal(18, 6)) as hours,

        -- days
        date_since as starts_on,
        date_until as ends_on,
        date_enquired as requested_on,
        date_approved as decided_on

    from source

)

select * from renamed
