with

-- A running clock ends now.
entries as (

    select
        *,
        greatest(started_at, coalesce(ended_at, {{ as_of() }})) as stopped_at
    from {{ ref('fct_time_entries') }}
    where entry_kind = 'time'

),

spans as (

    select
        *,
        {{ local_day("greatest(started_at, stopped_at - interval '1 second')", 'user_time_zone') }}
            as stopped_on
    from entries

),

within_a_day as (

    select
        *,
        started_on as date_day,
        duration_seconds as seconds
    from spans
    where started_on = stopped_on

),

over_midnight as (

    select
        spans.*,
        dates.date_day,
        cast(dates.date_day as timestamp) at time zone spans.user_time_zone as midnight_at,
        cast(dates.date_day + 1 as timestamp) at time zone spans.user_time_zone
            as next_midnight_at
    from spans
    inner join {{ ref('dim_dates') }} as dates
        on spans.started_on <= dates.date_day and spans.stopped_on >= dates.date_day
    where spans.started_on < spans.stopped_on

),

-- The entry's seconds are spread like those on the clock, before the day and until its end.
shares as (

    select
        *,
        case
            when date_day = started_on then 0
            else
                duration_seconds
                * (extract(epoch from midnight_at) - extract(epoch from started_at))
                / (extract(epoch from stopped_at) - extract(epoch from started_at))
        end as seconds_before,
        case
            when date_day = stopped_on then duration_seconds
            else
                duration_seconds
                * (extract(epoch from next_midnight_at) - extract(epoch from started_at))
                / (extract(epoch from stopped_at) - extract(epoch from started_at))
        end as seconds_after
    from over_midnight

),

parts as (

    {% set columns = [
        'source_system', 'account', 'entry_id', 'date_day', 'user_id', 'team_id', 'customer_id',
        'project_id', 'service_id', 'is_running', 'billable_state', 'is_billable'
    ] | join(', ') %}
    select
        {{ columns }},
        seconds
    from within_a_day

    union all

    select
        {{ columns }},
        cast(
            floor({{ rounded('seconds_after', 6) }}) - floor({{ rounded('seconds_before', 6) }})
            as bigint
        ) as seconds
    from shares

),

days as (

    select
        source_system,
        account,
        entry_id,
        date_day,
        user_id,
        team_id,
        customer_id,
        project_id,
        service_id,
        is_running,
        billable_state,
        seconds as duration_seconds,
        {{ rounded('seconds / 3600.0', 6) }} as hours,
        case
            when is_billable then {{ rounded('seconds / 3600.0', 6) }}
            when not is_billable then 0
        end as billable_hours
    from parts

)

select * from days
