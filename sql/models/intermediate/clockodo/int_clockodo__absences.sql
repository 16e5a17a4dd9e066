with

absences as (

    {{ last_known(
        'snap_clockodo__absences', 'absence_id',
        'int_clockodo__users', ['account', 'user_id']
    ) }}

),

neutral as (

    select

        -- ids
        'clockodo' as source_system,
        account,
        user_id,
        absence_id,

        -- codes
        case type_code
            when 1 then 'vacation'
            when 2 then 'special_leave'
            when 3 then 'overtime_reduction'
            when 4 then 'sick'
            when 5 then 'child_sick'
            when 6 then 'school'
            when 7 then 'maternity'
            when 8 then 'home_office'
            when 9 then 'out_of_office'
            when 10 then 'special_leave_unpaid'
            when 11 then 'sick_unpaid'
            when 12 then 'child_sick_unpaid'
            when 13 then 'quarantine'
            when 14 then 'military'
            when 15 then 'sickness_benefit'
            else 'unknown'
        end as absence_kind,
        case
            when type_code in (8, 9) then 'none'
            when type_code in (10, 11, 12) then 'unpaid'
            when type_code = 3 then 'overtime'
            when type_code between 1 and 15 then 'credited'
            else 'unknown'
        end as effect,
        case status_code
            when 0 then 'requested'
            when 1 then 'approved'
            when 2 then 'refused'
            when 3 then 'refused'
            when 4 then 'refused'
            else 'unknown'
        end as absence_state,

        -- numerics
        cast(case when days = 0.5 then 0.5 else 1 end as decimal(18, 6)) as day_share,
        hours,

        -- days
        starts_on,
        ends_on

    from absences

)

select * from neutral
