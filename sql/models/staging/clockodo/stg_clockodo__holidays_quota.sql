with

source as (

    {{ read_accounts('clockodo', 'holidays_quota') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as quota_id,
        cast(users_id as text) as user_id,

        -- names
        cast(note as text) as note,

        -- numerics
        cast(year_since as bigint) as valid_from_year,
        cast(year_until as bigint) as valid_until_year,
        cast(count as decimal(18, 6)) as days

    from source

)

select * from renamed
