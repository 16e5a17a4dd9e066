with

source as (

    {{ read_accounts('clockodo', 'lump_sum_services') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as lump_sum_service_id,

        -- names
        cast(name as text) as lump_sum_service_name,
        cast(number as text) as lump_sum_service_number,
        cast(unit as text) as unit_name,
        cast(note as text) as note,

        -- codes
        active as is_active,

        -- numerics
        cast(price as decimal(18, 6)) as unit_price

    from source

)

select * from renamed
