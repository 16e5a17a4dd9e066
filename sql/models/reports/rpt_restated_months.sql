{% set measures = ['hours', 'billable_hours', 'revenue'] %}
{% set keys = [
    'source_system', 'account', 'month_starts_on', 'user_id', 'customer_id', 'currency'
] %}
with

first_builds as (

    {{ first_builds(var('systems')) }}

),

moments as (

    {{ moments(['snap_worked_months'], keys) }}

),

states as (

    select
        {% for key in keys %}
        moments.{{ key }},
        {% endfor %}
        {% for measure in measures %}
        case when known.source_system is null then 0 else known.{{ measure }} end as {{ measure }},
        {% endfor %}
        moments.known_from,
        moments.known_until
    from moments
    left join {{ ref('snap_worked_months') }} as known
        on {{ known_then('known', 'moments', keys) }}

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
        states.customer_id,
        customers.customer_name,
        states.user_id,
        users.user_name,
        states.currency,
        {% for measure in measures %}
        cast(states.{{ measure }} as decimal(18, 6)) as {{ measure }}_known,
        cast(today.{{ measure }} - states.{{ measure }} as decimal(18, 6)) as {{ measure }}_changed,
        cast(today.{{ measure }} as decimal(18, 6)) as {{ measure }}_now,
        {% endfor %}
        states.known_from at time zone 'UTC' as known_from,
        states.known_until at time zone 'UTC' as known_until
    from states
    inner join today
        using ({{ keys | join(', ') }})
    left join {{ ref('dim_users') }} as users
        using (source_system, account, user_id)
    left join {{ ref('dim_customers') }} as customers
        using (source_system, account, customer_id)

)

select * from described
