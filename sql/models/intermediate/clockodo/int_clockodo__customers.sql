with

customers as (

    {{ newest('snap_clockodo__customers', 'customer_id') }}

),

neutral as (

    select
        'clockodo' as source_system,
        account,
        customer_id,
        customer_name,
        customer_number,
        is_active and deleted_at is null as is_active,
        deleted_at
    from customers
    where not is_test_data

)

select * from neutral
