{% set periods = ['day', 'week', 'month', 'quarter', 'year'] %}
with

-- Up to today: what has not happened yet says nothing of how well somebody was utilised.
days as (

    select * from {{ ref('fct_capacity_days') }}
    where has_begun

),

periods as (

    {% for period in periods %}
    {% set start = 'date_day' if period == 'day' else period ~ '_starts_on' %}
    {% set length = '3 months' if period == 'quarter' else '1 ' ~ period %}
    {% set end = "cast(" ~ start ~ " + interval '" ~ length ~ "' - interval '1 day' as date)" %}
    select
        date_day,
        '{{ period }}' as period,
        {{ start }} as period_starts_on,
        {{ end }} as period_ends_on,
        is_{{ period }}_complete as is_complete
    from {{ ref('dim_dates') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- First each person's periods in each team, which are few beside the days.
people as (

    select
        days.source_system,
        days.account,
        periods.period,
        periods.period_starts_on,
        periods.period_ends_on,
        periods.is_complete,
        days.user_id,
        days.team_id,
        max(days.date_day) as counted_until_on,
        max(case when days.is_employed then days.user_id end) as employed,
        sum(days.worked_seconds) as worked_seconds,
        sum(days.billable_seconds) as billable_seconds,
        sum(days.not_visible_seconds) as not_visible_seconds,
        sum(days.attendance_seconds) as attendance_seconds,
        sum(case when days.net_capacity_hours is not null then days.gross_target_hours end)
            as gross_target_hours,
        sum(case when days.net_capacity_hours is not null then days.holiday_hours end)
            as holiday_hours,
        sum(case when days.net_capacity_hours is not null then days.absence_hours end)
            as absence_hours,
        sum(days.net_capacity_hours) as net_capacity_hours,
        sum(case when days.net_capacity_hours is not null then days.worked_seconds end)
            as measured_worked_seconds,
        sum(case when days.net_capacity_hours is not null then days.billable_seconds end)
            as measured_billable_seconds,
        sum(case when days.net_capacity_hours is not null then days.not_visible_seconds end)
            as measured_not_visible_seconds,
        sum(case when days.net_capacity_hours is null then 1 else 0 end)
            as days_without_known_capacity
    from days
    inner join periods
        on days.date_day = periods.date_day
    group by
        days.source_system,
        days.account,
        periods.period,
        periods.period_starts_on,
        periods.period_ends_on,
        periods.is_complete,
        days.user_id,
        days.team_id

),

summed as (

    select
        source_system,
        account,
        case
            when grouping(user_id) = 0 then 'person'
            when grouping(team_id) = 0 then 'team'
            else 'company'
        end as level,
        period,
        period_starts_on,
        period_ends_on,
        is_complete,
        user_id,
        team_id,
        max(counted_until_on) as counted_until_on,
        count(distinct employed) as people,
        sum(worked_seconds) / 3600.0 as worked_hours,
        case
            when sum(worked_seconds) = 0 or sum(not_visible_seconds) < sum(worked_seconds)
                then sum(billable_seconds) / 3600.0
        end as billable_hours,
        sum(not_visible_seconds) / 3600.0 as not_visible_hours,
        sum(attendance_seconds) / 3600.0 as attendance_hours,
        sum(gross_target_hours) as gross_target_hours,
        sum(holiday_hours) as holiday_hours,
        sum(absence_hours) as absence_hours,
        sum(net_capacity_hours) as net_capacity_hours,
        sum(measured_worked_seconds) / 3600.0 as measured_worked_hours,
        case
            when
                sum(measured_worked_seconds) = 0
                or sum(measured_not_visible_seconds) < sum(measured_worked_seconds)
                then sum(measured_billable_seconds) / 3600.0
        end as measured_billable_hours,
        sum(days_without_known_capacity) as days_without_known_capacity
    from people
    group by grouping sets (
        (source_system, account, period, period_starts_on, period_ends_on, is_complete, user_id),
        (source_system, account, period, period_starts_on, period_ends_on, is_complete, team_id),
        (source_system, account, period, period_starts_on, period_ends_on, is_complete)
    )

),

-- A person's team is the one of the last day counted.
named as (

    select
        summed.*,
        users.user_name,
        coalesce(teams.team_id, user_teams.team_id) as named_team_id,
        coalesce(
            teams.team_name,
            user_teams.team_name,
            case when summed.level <> 'company' then 'No team' end
        ) as team_name
    from summed
    left join {{ ref('dim_users') }} as users
        on
            summed.source_system = users.source_system
            and summed.account = users.account
            and summed.user_id = users.user_id
    left join {{ ref('dim_teams') }} as teams
        on
            summed.source_system = teams.source_system
            and summed.account = teams.account
            and summed.team_id = teams.team_id
    left join {{ ref('int_user_teams_named') }} as user_teams
        on
            summed.source_system = user_teams.source_system
            and summed.account = user_teams.account
            and summed.user_id = user_teams.user_id
            and summed.counted_until_on >= user_teams.valid_from_on
            and summed.counted_until_on < user_teams.valid_before_on

),

rounded as (

    select

        -- who and when
        source_system,
        account,
        level,
        named_team_id as team_id,
        team_name,
        user_id,
        user_name,
        period,
        period_starts_on,
        period_ends_on,
        is_complete,
        counted_until_on,
        people,

        -- hours
        {{ rounded('worked_hours') }} as worked_hours,
        {{ rounded('billable_hours') }} as billable_hours,
        {{ rounded('not_visible_hours') }} as not_visible_hours,
        {{ rounded('attendance_hours') }} as attendance_hours,
        {{ rounded('gross_target_hours') }} as gross_target_hours,
        {{ rounded('holiday_hours') }} as holiday_hours,
        {{ rounded('absence_hours') }} as absence_hours,
        {{ rounded('gross_target_hours - holiday_hours') }} as target_less_holidays_hours,
        {{ rounded('net_capacity_hours') }} as net_capacity_hours,
        {{ rounded('net_capacity_hours - measured_billable_hours') }} as bench_hours,
        cast(days_without_known_capacity as bigint) as days_without_known_capacity,

        -- shares, of those whose capacity is known
        {{ percent('measured_billable_hours', 'net_capacity_hours') }}
            as net_capacity_utilization_percent,
        {{ percent('measured_billable_hours', 'gross_target_hours') }}
            as gross_target_utilization_percent,
        {{ percent('measured_billable_hours', 'gross_target_hours - holiday_hours') }}
            as target_less_holidays_utilization_percent,
        {{ percent('billable_hours', 'worked_hours') }} as billable_share_percent,
        {{ percent('measured_worked_hours', 'net_capacity_hours') }} as total_utilization_percent,
        {{ percent('worked_hours - not_visible_hours', 'worked_hours') }}
            as billable_coverage_percent

    from named

)

select * from rounded
