with

source as (

    {{ read_accounts('clockodo', 'customers') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as customer_id,

        -- names
        cast(name as text) as customer_name,

        -- codes
        active as is_active

    from source

)

select * from renamed
