{% set hours = [
    'contracted', 'unpaid_absence', 'gross_target', 'holiday', 'credited_absence',
    'overtime_reduction', 'absence', 'planned_absence', 'net_capacity'
] %}
with

capacity as (

    select
        *,
        true as is_employed
    from {{ ref('int_capacity_days') }}

),

worked as (

    select
        source_system,
        account,
        user_id,
        started_on as date_day,
        sum(duration_seconds) as worked_seconds,
        sum(case when is_billable then duration_seconds end) as billable_seconds,
        sum(case when is_billable is null then duration_seconds end) as not_visible_seconds
    from {{ ref('fct_time_entries') }}
    group by source_system, account, user_id, started_on

),

attendance as (

    select
        source_system,
        account,
        user_id,
        date_day,
        seconds as attendance_seconds
    from {{ ref('int_attendance') }}

),

-- Also days on which somebody worked who was not employed.
days as (

    select * from capacity -- noqa: RF02
    full outer join worked using (source_system, account, user_id, date_day)
    full outer join attendance using (source_system, account, user_id, date_day)

),

users as (

    select
        *,
        {{ local_day(as_of(), 'time_zone') }} as today,
        not is_listed and deleted_at is null as is_unknown
    from {{ ref('dim_users') }}

),

teams as (

    select * from {{ ref('int_user_teams_named') }}

),

described as (

    select

        -- ids
        days.source_system,
        days.account,
        days.user_id,
        days.date_day,
        teams.team_id,

        -- names
        users.user_name,
        teams.team_name,

        -- codes
        coalesce(days.is_employed, false) as is_employed,
        coalesce(users.is_joining_estimated, false) as is_joining_estimated,
        coalesce(users.is_leaving_estimated, false) as is_leaving_estimated,
        days.date_day <= users.today as has_begun,

        -- capacity: nobody owes anything while not employed; unknown stays unknown
        {% for name in hours %}
        case when days.is_employed or users.is_unknown then days.{{ name }}_hours else 0 end
            as {{ name }}_hours,
        {% endfor %}

        -- work
        coalesce(days.worked_seconds, 0) as worked_seconds,
        coalesce(days.billable_seconds, 0) as billable_seconds,
        coalesce(days.not_visible_seconds, 0) as not_visible_seconds,
        days.attendance_seconds

    from days
    inner join users
        using (source_system, account, user_id)
    left join teams
        on
            days.source_system = teams.source_system
            and days.account = teams.account
            and days.user_id = teams.user_id
            and days.date_day >= teams.valid_from_on
            and days.date_day < teams.valid_before_on

)

select

    -- ids
    source_system,
    account,
    user_id,
    date_day,
    team_id,

    -- names
    user_name,
    team_name,

    -- codes
    is_employed,
    is_joining_estimated,
    is_leaving_estimated,
    has_begun,

    -- capacity
    {% for name in hours %}
    cast({{ name }}_hours as decimal(18, 6)) as {{ name }}_hours,
    {% endfor %}

    -- work
    cast(worked_seconds as bigint) as worked_seconds,
    cast(billable_seconds as bigint) as billable_seconds,
    cast(not_visible_seconds as bigint) as not_visible_seconds,
    cast(attendance_seconds as bigint) as attendance_seconds,
    cast(worked_seconds / 3600.0 as decimal(18, 6)) as worked_hours,
    cast(billable_seconds / 3600.0 as decimal(18, 6)) as billable_hours,
    cast(not_visible_seconds / 3600.0 as decimal(18, 6)) as not_visible_hours,
    cast(attendance_seconds / 3600.0 as decimal(18, 6)) as attendance_hours

from described
