with

listed as (

    select
        *,
        true as was_listed
    from {{ ref('int_customers') }}

),

-- Whatever entries name belongs here, listed or not.
stated as (

    select
        source_system,
        account,
        customer_id,
        max(customer_name) as stated_name
    from {{ ref('int_time_entries') }}
    where customer_id is not null and not is_test_data
    group by source_system, account, customer_id

),

members as (

    select * from listed -- noqa: RF02
    full outer join stated using (source_system, account, customer_id)

),

described as (

    select
        source_system,
        account,
        customer_id,
        coalesce(customer_name, stated_name, customer_id) as customer_name,
        customer_number,
        coalesce(is_active, false) as is_active,
        coalesce(was_listed, false) and deleted_at is null as is_listed,
        deleted_at
    from members

)

select * from described
