with

source as (

    {{ read_accounts('clockodo', 'overtime_carry') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as carry_id,
        cast(users_id as text) as user_id,

        -- names
        cast(note as text) as note,

        -- numerics
        cast(year as bigint) as year,
        cast(hours as decimal(18, 6)) as hours

    from source

)

select * from renamed
