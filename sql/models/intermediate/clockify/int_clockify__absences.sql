{#- Only the policy's name tells what it is for: the first kind of which it holds a word. -#}
{% set words = {
    'special_leave_unpaid': ['unpaid', 'unbezahlt'],
    'sick': ['sick', 'krank', ' ill '],
    'home_office': ['home office', 'homeoffice', 'remote'],
    'overtime_reduction': ['overtime', 'berstunden', 'time in lieu'],
} %}
with

requests as (

    {{ last_known(
        'snap_clockify__time_off_requests', 'workspace_id, request_id',
        'int_clockify__members', ['account', 'workspace_id', 'user_id']
    ) }}

),

described as (

    select
        requests.account,
        requests.user_id,
        requests.request_id,
        requests.request_status,
        requests.time_unit,
        requests.is_half_day,
        abs(requests.requested_amount) as requested_amount,
        {% set zone = 'coalesce(requests.user_time_zone, users.time_zone)' %}
        {% set last = "greatest(requests.starts_at, requests.ends_at - interval '1 second')" %}
        {{ local_day('requests.starts_at', zone) }} as starts_on,
        {{ local_day(last, zone) }} as ends_on,
        ' ' || regexp_replace(lower(requests.policy_name), '[^a-zäöüß]+', ' ', 'g') || ' ' as words
    from requests
    inner join {{ ref('int_clockify__users') }} as users
        on requests.account = users.account and requests.user_id = users.user_id

),

-- What is due on the days of an absence that is asked for in hours; nothing on holidays.
due as (

    select
        described.account,
        described.request_id,
        sum(target_hours.hours) as hours
    from described
    cross join
        generate_series(
            cast(described.starts_on as timestamp),
            cast(described.ends_on as timestamp),
            interval '1 day'
        ) as days (moment)
    inner join {{ ref('int_clockify__target_hours') }} as target_hours
        on
            described.account = target_hours.account
            and described.user_id = target_hours.user_id
            and extract(isodow from days.moment) = target_hours.iso_weekday
            and days.moment >= target_hours.valid_from_on
            and days.moment <= target_hours.valid_until_on
    left join {{ ref('int_clockify__holidays') }} as holidays
        on
            described.account = holidays.account
            and described.user_id = holidays.user_id
            and days.moment = holidays.date_day
    where described.time_unit = 'HOURS' and holidays.date_day is null
    group by described.account, described.request_id

),

kinds as (

    select
        described.*,
        due.hours as due_hours,
        case
            {% for kind, parts in words.items() %}
            {% for part in parts %}
            when described.words like '%{{ part }}%' then '{{ kind }}'
            {% endfor %}
            {% endfor %}
            when described.words is null then 'unknown'
            else 'vacation'
        end as absence_kind
    from described
    left join due
        on described.account = due.account and described.request_id = due.request_id

),

neutral as (

    select

        -- ids
        'clockify' as source_system,
        account,
        user_id,
        request_id as absence_id,

        -- codes
        absence_kind,
        case absence_kind
            when 'special_leave_unpaid' then 'unpaid'
            when 'home_office' then 'none'
            when 'unknown' then 'unknown'
            else 'credited'
        end as effect,
        case request_status
            when 'APPROVED' then 'approved'
            when 'PENDING' then 'requested'
            else 'refused'
        end as absence_state,

        -- numerics
        cast(
            case
                when time_unit = 'HOURS'
                    then least(coalesce(requested_amount / nullif(due_hours, 0), 1), 1)
                when is_half_day then 0.5
                else 1
            end as decimal(18, 6)
        ) as day_share,
        cast(null as decimal(18, 6)) as hours,

        -- days
        starts_on,
        ends_on

    from kinds

)

select * from neutral
