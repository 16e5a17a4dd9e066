with

work as (

    select * from {{ ref('snap_worked_months') }}

),

capacity as (

    select * from {{ ref('snap_capacity_months') }}

),

-- Each moment at which something of somebody's month became known otherwise.
moments as (

    select
        source_system,
        account,
        month_starts_on,
        user_id,
        dbt_valid_from as known_from
    from work
    union
    select
        source_system,
        account,
        month_starts_on,
        user_id,
        dbt_valid_to as known_from
    from work
    where dbt_valid_to is not null
    union
    select
        source_system,
        account,
        month_starts_on,
        user_id,
        dbt_valid_from as known_from
    from capacity
    union
    select
        source_system,
        account,
        month_starts_on,
        user_id,
        dbt_valid_to as known_from
    from capacity
    where dbt_valid_to is not null

),

worked as (

    select
        moments.source_system,
        moments.account,
        moments.month_starts_on,
        moments.user_id,
        moments.known_from,
        sum(work.billable_hours) as billable_hours
    from moments
    left join work
        on
            moments.source_system = work.source_system
            and moments.account = work.account
            and moments.month_starts_on = work.month_starts_on
            and moments.user_id = work.user_id
            and moments.known_from >= work.dbt_valid_from
            and moments.known_from < coalesce(work.dbt_valid_to, cast('9999-12-31' as timestamp))
    group by
        moments.source_system,
        moments.account,
        moments.month_starts_on,
        moments.user_id,
        moments.known_from

),

states as (

    select
        worked.source_system,
        worked.account,
        worked.month_starts_on,
        worked.user_id,
        worked.known_from,
        lead(worked.known_from) over (
            partition by
                worked.source_system, worked.account, worked.month_starts_on, worked.user_id
            order by worked.known_from
        ) as known_until,
        coalesce(worked.billable_hours, 0) as billable_hours,
        coalesce(capacity.gross_target_hours, 0) as gross_target_hours,
        coalesce(capacity.holiday_hours, 0) as holiday_hours,
        coalesce(capacity.absence_hours, 0) as absence_hours,
        coalesce(capacity.net_capacity_hours, 0) as net_capacity_hours
    from worked
    left join capacity
        on
            worked.source_system = capacity.source_system
            and worked.account = capacity.account
            and worked.month_starts_on = capacity.month_starts_on
            and worked.user_id = capacity.user_id
            and worked.known_from >= capacity.dbt_valid_from
            and worked.known_from < coalesce(
                capacity.dbt_valid_to, cast('9999-12-31' as timestamp)
            )

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
        {% for measure in [
            'billable_hours', 'gross_target_hours', 'holiday_hours', 'absence_hours',
            'net_capacity_hours'
        ] %}
        {{ rounded('states.' ~ measure) }} as {{ measure }}_known,
        {{ rounded('today.' ~ measure) }} as {{ measure }}_now,
        {% endfor %}
        {{ percent('states.billable_hours', 'states.net_capacity_hours') }}
            as net_capacity_utilization_percent_known,
        {{ percent('today.billable_hours', 'today.net_capacity_hours') }}
            as net_capacity_utilization_percent_now
    from states
    inner join today
        using (source_system, account, month_starts_on, user_id)
    left join {{ ref('dim_users') }} as users
        using (source_system, account, user_id)

)

select * from described
