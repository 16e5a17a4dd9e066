with

tasks as (

    {{ newest('snap_clockify__tasks', 'task_id') }}

),

neutral as (

    select
        'clockify' as source_system,
        account,
        task_id as service_id,
        task_name as service_name,
        'service' as service_kind,
        cast(null as text) as unit_name,
        coalesce(task_status, 'ACTIVE') <> 'DONE' and deleted_at is null as is_active,
        deleted_at
    from tasks

)

select * from neutral
