with

contracted as (

    select * from {{ ref('int_contracted_days') }}

),

absence_days as (

    select
        contracted.source_system,
        contracted.account,
        contracted.user_id,
        contracted.date_day,
        absences.absence_id,
        absences.absence_state,
        absences.effect,
        absences.day_share,
        absences.hours
    from contracted
    inner join {{ ref('int_absences') }} as absences
        on
            contracted.source_system = absences.source_system
            and contracted.account = absences.account
            and contracted.user_id = absences.user_id
            and contracted.date_day >= absences.starts_on
            and contracted.date_day <= absences.ends_on

),

shares as (

    select
        source_system,
        account,
        user_id,
        date_day,
        sum(case when absence_state = 'approved' and effect = 'unpaid' then day_share end)
            as unpaid_share,
        sum(case when absence_state = 'approved' and effect = 'credited' then day_share end)
            as credited_share,
        sum(
            case
                when absence_state = 'requested' and effect in ('unpaid', 'credited')
                    then day_share
            end
        ) as planned_share,
        max(case when absence_state = 'approved' and effect = 'unknown' then 1 else 0 end)
            as unknown_absences
    from absence_days
    group by source_system, account, user_id, date_day

),

shared as (

    select
        contracted.source_system,
        contracted.account,
        contracted.user_id,
        contracted.date_day,
        contracted.contracted_hours,
        least(coalesce(shares.unpaid_share, 0), 1) as unpaid_share,
        coalesce(shares.credited_share, 0) as credited_share,
        coalesce(shares.planned_share, 0) as planned_share,
        coalesce(holidays.day_share, 0) as holiday_share,
        coalesce(shares.unknown_absences, 0) = 0 as is_known
    from contracted
    left join shares
        using (source_system, account, user_id, date_day)
    left join {{ ref('int_holidays') }} as holidays
        using (source_system, account, user_id, date_day)

),

-- Unpaid absence lowers the target itself; a holiday takes its share of what was agreed.
after_holidays as (

    select
        *,
        contracted_hours * unpaid_share as unpaid_hours,
        contracted_hours * (1 - unpaid_share) as gross_hours,
        contracted_hours * least(holiday_share, 1 - unpaid_share) as holiday_hours,
        contracted_hours * (1 - unpaid_share - least(holiday_share, 1 - unpaid_share))
            as hours_after_holidays
    from shared

),

-- An absence takes at most what the holiday left.
after_absences as (

    select
        *,
        least(contracted_hours * credited_share, hours_after_holidays) as credited_hours,
        hours_after_holidays - least(contracted_hours * credited_share, hours_after_holidays)
            as left_hours
    from after_holidays

),

-- Overtime is taken in hours, spread over what is left of the days it covers.
overtime_days as (

    select
        absence_days.source_system,
        absence_days.account,
        absence_days.user_id,
        absence_days.date_day,
        absence_days.absence_state,
        absence_days.hours
        * after_absences.left_hours
        / nullif(
            sum(after_absences.left_hours) over (
                partition by
                    absence_days.source_system, absence_days.account, absence_days.absence_id
            ),
            0
        ) as hours
    from absence_days
    inner join after_absences
        using (source_system, account, user_id, date_day)
    where absence_days.effect = 'overtime'

),

overtime as (

    select
        source_system,
        account,
        user_id,
        date_day,
        sum(case when absence_state = 'approved' then hours end) as hours,
        sum(case when absence_state = 'requested' then hours end) as planned_hours
    from overtime_days
    group by source_system, account, user_id, date_day

),

after_overtime as (

    select
        after_absences.*,
        least(coalesce(overtime.hours, 0), after_absences.left_hours) as overtime_hours,
        coalesce(overtime.planned_hours, 0) as planned_overtime_hours
    from after_absences
    left join overtime
        using (source_system, account, user_id, date_day)

),

-- What an absence takes whose type the key does not see, nobody knows.
capacity_days as (

    select
        source_system,
        account,
        user_id,
        date_day,
        contracted_hours,
        cast(unpaid_hours as decimal(18, 6)) as unpaid_absence_hours,
        cast(gross_hours as decimal(18, 6)) as gross_target_hours,
        cast(holiday_hours as decimal(18, 6)) as holiday_hours,
        cast(case when is_known then credited_hours end as decimal(18, 6))
            as credited_absence_hours,
        cast(overtime_hours as decimal(18, 6)) as overtime_reduction_hours,
        cast(case when is_known then credited_hours + overtime_hours end as decimal(18, 6))
            as absence_hours,
        cast(
            least(
                contracted_hours * planned_share + planned_overtime_hours,
                left_hours - overtime_hours
            ) as decimal(18, 6)
        ) as planned_absence_hours,
        cast(case when is_known then left_hours - overtime_hours end as decimal(18, 6))
            as net_capacity_hours
    from after_overtime

)

select * from capacity_days
