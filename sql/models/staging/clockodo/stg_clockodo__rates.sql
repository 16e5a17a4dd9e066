with

source as (

    {{ read_accounts('clockodo', 'rates') }}

),

renamed as (

    select

        -- ids
        account,
        cast(position as bigint) as position,
        cast(id as text) as rate_id,
        cast(parent_rate_id as text) as parent_rate_id,

        -- codes
        coalesce(test_data, false) as is_test_data,

        -- numerics
        cast(hourly_rate as decimal(18, 6)) as hourly_rate,

        -- lists
        cast(customer_ids as text) as customer_ids,
        cast(project_ids as text) as project_ids,
        cast(service_ids as text) as service_ids,
        cast(user_ids as text) as user_ids

    from source

)

select * from renamed
