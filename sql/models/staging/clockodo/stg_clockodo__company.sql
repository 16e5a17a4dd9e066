with

source as (

    {{ read_accounts('clockodo', 'company') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as company_id,

        -- names
        cast(name as text) as company_name,
        cast(timezone_default as text) as time_zone,
        cast(currency as text) as currency

    from source

)

select * from renamed
