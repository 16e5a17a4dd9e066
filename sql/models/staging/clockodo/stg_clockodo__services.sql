with

source as (

    {{ read_accounts('clockodo', 'services') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as service_id,
        cast(bill_service_id as text) as bill_service_id,

        -- names
        cast(name as text) as service_name,
        cast(number as text) as service_number,
        cast(note as text) as note,

        -- codes
        active as is_active

    from source

)

select * from renamed
