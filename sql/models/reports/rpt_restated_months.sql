{% set measures = ['hours', 'billable_hours', 'revenue'] %}
{% set keys = [
    'source_system', 'account', 'month_starts_on', 'user_id', 'customer_id', 'currency'
] %}
with

states as (

    select
        *,
        dbt_valid_from at time zone 'UTC' as known_from,
        dbt_valid_to at time zone 'UTC' as known_until
    from {{ ref('snap_worked_months') }}

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
        {% set known = 'coalesce(states.' ~ measure ~ ', 0)' %}
        {% set now = 'coalesce(today.' ~ measure ~ ', 0)' %}
        cast({{ known }} as decimal(18, 6)) as {{ measure }}_known,
        cast({{ now }} - {{ known }} as decimal(18, 6)) as {{ measure }}_changed,
        cast({{ now }} as decimal(18, 6)) as {{ measure }}_now,
        {% endfor %}
        states.known_from,
        states.known_until
    from states
    left join today
        using ({{ keys | join(', ') }})
    left join {{ ref('dim_users') }} as users
        using (source_system, account, user_id)
    left join {{ ref('dim_customers') }} as customers
        using (source_system, account, customer_id)

)

select * from described
