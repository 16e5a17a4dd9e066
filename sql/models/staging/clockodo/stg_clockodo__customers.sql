with

source as (

    {{ read_accounts('clockodo', 'customers') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as customer_id,
        cast(bill_service_id as text) as bill_service_id,

        -- names
        cast(name as text) as customer_name,
        cast(number as text) as customer_number,
        cast(note as text) as note,

        -- codes
        cast(color as bigint) as color_code,
        active as is_active,
        billable_default as is_billable_by_default,
        coalesce(test_data, false) as is_test_data,

        -- lists
        cast(service_assignments as text) as assigned_service_ids

    from source

)

select * from renamed
