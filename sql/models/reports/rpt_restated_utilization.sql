{% set keys = ['source_system', 'account', 'month_starts_on', 'user_id'] %}
{% set parts = [
    'gross_target_hours', 'holiday_hours', 'absence_hours', 'net_capacity_hours'
] %}
with

first_builds as (

    {{ first_builds(var('systems')) }}

),

moments as (

    {{ moments(['snap_worked_months', 'snap_capacity_months'], keys) }}

),

worked as (

    select
        {% for key in keys %}
        moments.{{ key }},
        {% endfor %}
        moments.known_from,
        moments.known_until,
        case when count(known.source_system) = 0 then 0 else sum(known.billable_hours) end
            as billable_hours
    from moments
    left join {{ ref('snap_worked_months') }} as known
        on {{ known_then('known', 'moments', keys) }}
    group by
        {% for key in keys %}
        moments.{{ key }},
        {% endfor %}
        moments.known_from,
        moments.known_until

),

states as (

    select
        {% for part in parts %}
        case when capacity.source_system is null then 0 else capacity.{{ part }} end as {{ part }},
        {% endfor %}
        worked.*
    from worked
    left join {{ ref('snap_capacity_months') }} as capacity
        on {{ known_then('capacity', 'worked', keys) }}

),

today as (

    select * from states
    where known_until is null

),

described as (

    select
        states.source_system,
        states.account,
        states.month_starts_on,
        states.user_id,
        users.user_name,
        states.known_from at time zone 'UTC' as known_from,
        states.known_until at time zone 'UTC' as known_until,
        {% for measure in ['billable_hours'] + parts %}
        {{ rounded('states.' ~ measure) }} as {{ measure }}_known,
        {{ rounded('today.' ~ measure) }} as {{ measure }}_now,
        {% endfor %}
        {{ percent('states.billable_hours', 'states.net_capacity_hours') }}
            as net_capacity_utilization_percent_known,
        {{ percent('today.billable_hours', 'today.net_capacity_hours') }}
            as net_capacity_utilization_percent_now
    from states
    inner join today
        using ({{ keys | join(', ') }})
    left join {{ ref('dim_users') }} as users
        using (source_system, account, user_id)

)

select * from described
