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
        cast(name as text) as service_name,
        cast(unit as text) as unit_name,

        -- codes
        active as is_active,

        -- numerics
        cast(price as decimal(18, 6)) as unit_price

    from source

)

select * from renamed
