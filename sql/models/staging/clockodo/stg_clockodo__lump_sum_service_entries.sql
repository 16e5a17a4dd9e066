with

source as (

    {{ read_accounts('clockodo', 'lump_sum_service_entries') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as entry_id,
        cast(users_id as text) as user_id,
        cast(customers_id as text) as customer_id,
        cast(projects_id as text) as project_id,
        cast(subprojects_id as text) as subproject_id,
        cast(texts_id as text) as text_id,
        cast(lumpsum_services_id as text) as lump_sum_service_id,

        -- names
        cast(text as text) as description,
        cast(users_name as text) as user_name,
        cast(customers_name as text) as customer_name,
        cast(projects_name as text) as project_name,
        cast(subprojects_name as text) as subproject_name,
        cast(services_name as text) as service_name,

        -- codes
        cast(type as bigint) as type_code,
        cast(billable as bigint) as billable_code,
        coalesce(test_data, false) as is_test_data,

        -- numerics
        cast(lumpsum_services_amount as decimal(18, 6)) as units,
        cast(lumpsum_services_price as decimal(18, 6)) as unit_price,
        cast(revenue as decimal(18, 6)) as revenue_stated,

        -- instants
        time_since as started_at,
        time_until as ended_at,
        time_insert as inserted_at,
        time_last_change as changed_at

    from source

)

select * from renamed
