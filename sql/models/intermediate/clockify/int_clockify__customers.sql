with

clients as (

    {{ newest('snap_clockify__clients', 'client_id') }}

),

neutral as (

    select
        'clockify' as source_system,
        account,
        client_id as customer_id,
        client_name as customer_name,
        cast(null as text) as customer_number,
        not is_archived and deleted_at is null as is_active,
        deleted_at
    from clients

)

select * from neutral
