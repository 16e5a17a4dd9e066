with

source as (

    {{ read_accounts('clockodo', 'user_reports') }}

),

renamed as (

    select

        -- ids
        account,
        cast(users_id as text) as user_id,

        -- names
        cast(users_name as text) as user_name,
        cast(users_number as text) as user_number,
        cast(users_email as text) as user_email,

        -- numerics
        cast(year as bigint) as year,
        cast(sum_target as decimal(18, 6)) as target_seconds,
        cast(sum_hours as decimal(18, 6)) as worked_seconds,
        cast(sum_reduction_used as decimal(18, 6)) as overtime_taken_seconds,
        cast(sum_reduction_planned as decimal(18, 6)) as overtime_planned_seconds,
        cast(overtime_carryover as decimal(18, 6)) as carried_over_seconds,
        cast(overtime_reduced as decimal(18, 6)) as paid_out_seconds,
        cast(diff as decimal(18, 6)) as balance_seconds,
        cast(holidays_quota as decimal(18, 6)) as vacation_due_days,
        cast(holidays_carry as decimal(18, 6)) as vacation_carried_over_days,
        cast(workdays as decimal(18, 6)) as work_days,
        cast(sum_absence__regular_holidays as decimal(18, 6)) as vacation_days,
        cast(sum_absence__sick_self as decimal(18, 6)) as sick_days,
        cast(sum_absence__sick_child as decimal(18, 6)) as child_sick_days,
        cast(sum_absence__special_leaves as decimal(18, 6)) as special_leave_days,
        cast(sum_absence__school as decimal(18, 6)) as school_days,
        cast(sum_absence__maternity_protection as decimal(18, 6)) as maternity_days,
        cast(sum_absence__home_office as decimal(18, 6)) as home_office_days,
        cast(sum_absence__out_of_office as decimal(18, 6)) as out_of_office_days,
        cast(sum_absence__quarantine as decimal(18, 6)) as quarantine_days,
        cast(sum_absence__military_service as decimal(18, 6)) as military_days,
        cast(surcharges__saturday as decimal(18, 6)) as surcharge_saturday_seconds,
        cast(surcharges__sunday as decimal(18, 6)) as surcharge_sunday_seconds,
        cast(surcharges__nonbusiness as decimal(18, 6)) as surcharge_nonbusiness_seconds,
        cast(surcharges__nonbusiness_special as decimal(18, 6))
            as surcharge_nonbusiness_special_seconds,
        cast(surcharges__night as decimal(18, 6)) as surcharge_night_seconds,
        cast(surcharges__night_increased as decimal(18, 6)) as surcharge_night_increased_seconds

    from source

)

select * from renamed
