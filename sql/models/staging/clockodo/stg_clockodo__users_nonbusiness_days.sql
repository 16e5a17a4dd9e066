with

source as (

    {{ read_accounts('clockodo', 'users_nonbusiness_days') }}

),

renamed as (

    select

        -- ids
        account,
        cast(users_id as text) as user_id,
        cast(id as text) as nonbusiness_day_id,
        cast(nonbusiness_group_id as text) as nonbusiness_group_id,
        cast(special_id as text) as special_day_id,

        -- names
        cast(name as text) as nonbusiness_day_name,

        -- codes
        cast(type as text) as type_code,
        half_day as is_half_day,
        surcharge_special as is_special_surcharge,

        -- numerics
        cast(day as bigint) as day_of_month,
        cast(month as bigint) as month_number,
        cast(year as bigint) as year,

        -- days
        evaluated_date as date_day

    from source

)

select * from renamed
