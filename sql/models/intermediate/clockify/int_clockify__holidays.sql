with

holidays as (

    select
        holidays.*,
        cast(days.moment as date) as first_on
    from {{ ref('stg_clockify__holidays') }} as holidays
    cross join
        generate_series(
            cast(holidays.starts_on as timestamp),
            cast(holidays.ends_on as timestamp),
            interval '1 day'
        ) as days (moment)

),

-- An annual day comes again on the same date: 29 February in leap years only.
free_days as (

    select
        holidays.account,
        holidays.workspace_id,
        holidays.holiday_id,
        dates.date_day
    from holidays
    inner join {{ ref('int_dates') }} as dates
        on
            holidays.first_on = dates.date_day
            or (
                holidays.is_annual
                and holidays.first_on < dates.date_day
                and extract(month from holidays.first_on) = extract(month from dates.date_day)
                and extract(day from holidays.first_on) = extract(day from dates.date_day)
            )

),

assignments as (

    {{ last_known(
        'snap_clockify__holiday_assignments', 'workspace_id, holiday_id, user_id, user_group_id',
        'int_clockify__members', ['account', 'workspace_id', 'user_id']
    ) }}

),

group_members as (

    {{ last_known(
        'snap_clockify__user_group_members', 'workspace_id, user_group_id, user_id',
        'int_clockify__members', ['account', 'workspace_id', 'user_id']
    ) }}

),

people as (

    select
        account,
        workspace_id,
        holiday_id,
        user_id
    from assignments
    where user_id is not null

    union all

    select
        assignments.account,
        assignments.workspace_id,
        assignments.holiday_id,
        group_members.user_id
    from assignments
    inner join group_members
        on
            assignments.account = group_members.account
            and assignments.workspace_id = group_members.workspace_id
            and assignments.user_group_id = group_members.user_group_id

    union all

    select
        holidays.account,
        holidays.workspace_id,
        holidays.holiday_id,
        members.user_id
    from {{ ref('stg_clockify__holidays') }} as holidays
    inner join {{ ref('int_clockify__members') }} as members
        on
            holidays.account = members.account
            and holidays.workspace_id = members.workspace_id
    where holidays.is_for_everyone

),

-- Several holidays may fall on the same day; it is free once.
neutral as (

    select distinct
        'clockify' as source_system,
        people.account,
        people.user_id,
        free_days.date_day,
        cast(1 as decimal(18, 6)) as day_share
    from people
    inner join free_days
        on
            people.account = free_days.account
            and people.workspace_id = free_days.workspace_id
            and people.holiday_id = free_days.holiday_id

)

select * from neutral
