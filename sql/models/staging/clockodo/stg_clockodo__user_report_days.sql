with

source as (

    {{ read_accounts('clockodo', 'user_report_days') }}

),

renamed as (

    select

        -- ids
        account,
        cast(users_id as text) as user_id,

        -- codes
        cast(weekday as bigint) as weekday_code,
        nonbusiness as is_nonbusiness_day,

        -- numerics
        cast(year as bigint) as year,
        cast(month as bigint) as month_number,
        cast(week as bigint) as iso_week,
        cast(target as decimal(18, 6)) as target_seconds,
        cast(target_raw as decimal(18, 6)) as contracted_seconds,
        cast(hours as decimal(18, 6)) as worked_seconds,
        cast(hours_without_compensation as decimal(18, 6)) as worked_before_compensation_seconds,
        cast(diff as decimal(18, 6)) as balance_change_seconds,
        cast(count_reduction_used as decimal(18, 6)) as overtime_taken_seconds,
        cast(count_absence__regular_holidays as decimal(18, 6)) as vacation_days,
        cast(count_absence__sick_self as decimal(18, 6)) as sick_days,
        cast(count_absence__sick_child as decimal(18, 6)) as child_sick_days,
        cast(count_absence__special_leaves as decimal(18, 6)) as special_leave_days,
        cast(count_absence__school as decimal(18, 6)) as school_days,
        cast(count_absence__maternity_protection as decimal(18, 6)) as maternity_days,
        cast(count_absence__home_office as decimal(18, 6)) as home_office_days,
        cast(count_absence__out_of_office as decimal(18, 6)) as out_of_office_days,
        cast(count_absence__quarantine as decimal(18, 6)) as quarantine_days,
        cast(count_absence__military_service as decimal(18, 6)) as military_days,
        cast(surcharges__saturday as decimal(18, 6)) as surcharge_saturday_seconds,
        cast(surcharges__sunday as decimal(18, 6)) as surcharge_sunday_seconds,
        cast(surcharges__nonbusiness as decimal(18, 6)) as surcharge_nonbusiness_seconds,
        cast(surcharges__nonbusiness_special as decimal(18, 6))
            as surcharge_nonbusiness_special_seconds,
        cast(surcharges__night as decimal(18, 6)) as surcharge_night_seconds,
        cast(surcharges__night_increased as decimal(18, 6)) as surcharge_night_increased_seconds,

        -- days
        date as date_day,

        -- instants
        work_start as present_from_at,
        work_end as present_until_at,

        -- lists
        cast(breaks as text) as breaks

    from source

)

select * from renamed
