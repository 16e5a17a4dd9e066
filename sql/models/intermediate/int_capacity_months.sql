with

months as (

    select
        source_system,
        account,
        cast(date_trunc('month', date_day) as date) as month_starts_on,
        user_id,
        cast(sum(gross_target_hours) as decimal(18, 6)) as gross_target_hours,
        cast(sum(holiday_hours) as decimal(18, 6)) as holiday_hours,
        cast(sum(absence_hours) as decimal(18, 6)) as absence_hours,
        cast(sum(net_capacity_hours) as decimal(18, 6)) as net_capacity_hours
    from {{ ref('int_capacity_days') }}
    group by source_system, account, cast(date_trunc('month', date_day) as date), user_id

)

select * from months
