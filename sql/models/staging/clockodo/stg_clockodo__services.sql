with

source as (

    {{ read_accounts('clockodo', 'services') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as service_id,

        -- names
        cast(name as text) as service_name,

        -- codes
        active as is_active

    from source

)

select * from renamed
