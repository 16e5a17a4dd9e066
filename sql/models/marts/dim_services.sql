with

listed as (

    select
        *,
        true as was_listed
    from {{ ref('int_services') }}

),

-- Whatever entries name belongs here, listed or not.
stated as (

    select
        source_system,
        account,
        service_id,
        max(service_name) as stated_name,
        max(case when entry_kind = 'lump_sum_service' then entry_kind else 'service' end)
            as stated_kind
    from {{ ref('int_time_entries') }}
    where service_id is not null and not is_test_data
    group by source_system, account, service_id

),

members as (

    select * from listed -- noqa: RF02
    full outer join stated using (source_system, account, service_id)

),

described as (

    select
        source_system,
        account,
        service_id,
        coalesce(service_name, stated_name, service_id) as service_name,
        coalesce(service_kind, stated_kind) as service_kind,
        unit_name,
        coalesce(is_active, false) as is_active,
        coalesce(was_listed, false) and deleted_at is null as is_listed,
        deleted_at
    from members

)

select * from described
