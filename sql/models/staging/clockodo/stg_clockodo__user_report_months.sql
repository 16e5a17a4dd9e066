with

source as (

    {{ read_accounts('clockodo', 'user_report_months') }}

),

renamed as (

    select

        -- ids
        account,
        cast(users_id as text) as user_id,

        -- numerics
        cast(year as bigint) as year,
        cast(month as bigint) as month_number,
        cast(sum_target as decimal(18, 6)) as target_seconds,
        cast(sum_hours as decimal(18, 6)) as worked_seconds,
        cast(sum_hours_without_compensation as decimal(18, 6))
            as worked_before_compensation_seconds,
        cast(sum_reduction_used as decimal(18, 6)) as overtime_taken_seconds,
        cast(sum_overtime_reduced as decimal(18, 6)) as paid_out_seconds,
        cast(diff as decimal(18, 6)) as balance_change_seconds,
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
