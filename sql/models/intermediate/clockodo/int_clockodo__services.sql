with

services as (

    {{ newest('snap_clockodo__services', 'service_id') }}

),

lump_sum_services as (

    {{ newest('snap_clockodo__lump_sum_services', 'lump_sum_service_id') }}

),

neutral as (

    select
        'clockodo' as source_system,
        account,
        service_id,
        service_name,
        'service' as service_kind,
        cast(null as text) as unit_name,
        is_active and deleted_at is null as is_active,
        deleted_at
    from services

    union all

    select
        'clockodo' as source_system,
        account,
        'lump_sum_service-' || lump_sum_service_id as service_id,
        lump_sum_service_name as service_name,
        'lump_sum_service' as service_kind,
        unit_name,
        is_active and deleted_at is null as is_active,
        deleted_at
    from lump_sum_services

)

select * from neutral
