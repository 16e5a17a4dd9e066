with

neutral as (

    select
        'clockodo' as source_system,
        account,
        user_id,
        'year' as period,
        cast(year || '-01-01' as date) as period_starts_on,
        target_seconds,
        worked_seconds,
        overtime_taken_seconds,
        overtime_planned_seconds,
        paid_out_seconds,
        carried_over_seconds,
        cast(null as decimal(18, 6)) as balance_change_seconds,
        balance_seconds,
        vacation_due_days,
        vacation_carried_over_days,
        vacation_days as vacation_taken_days
    from {{ ref('stg_clockodo__user_reports') }}

    union all

    select
        'clockodo' as source_system,
        account,
        user_id,
        'month' as period,
        cast(year || '-' || lpad(cast(month_number as text), 2, '0') || '-01' as date)
            as period_starts_on,
        target_seconds,
        worked_seconds,
        overtime_taken_seconds,
        cast(null as decimal(18, 6)) as overtime_planned_seconds,
        paid_out_seconds,
        cast(null as decimal(18, 6)) as carried_over_seconds,
        balance_change_seconds,
        cast(null as decimal(18, 6)) as balance_seconds,
        cast(null as decimal(18, 6)) as vacation_due_days,
        cast(null as decimal(18, 6)) as vacation_carried_over_days,
        cast(null as decimal(18, 6)) as vacation_taken_days
    from {{ ref('stg_clockodo__user_report_months') }}

)

select * from neutral
