-- Work is on somebody's day, whether or not anything was due on it.
with

entries as (

    select
        source_system,
        account,
        user_id,
        sum(duration_seconds) as worked_seconds
    from {{ ref('fct_time_entries') }}
    group by source_system, account, user_id

),

days as (

    select
        source_system,
        account,
        user_id,
        sum(worked_seconds) as worked_seconds
    from {{ ref('fct_capacity_days') }}
    group by source_system, account, user_id

)

select
    entries.source_system,
    entries.account,
    entries.user_id,
    entries.worked_seconds,
    days.worked_seconds as seconds_of_days
from entries
left join days
    using (source_system, account, user_id)
where entries.worked_seconds <> coalesce(days.worked_seconds, -1)
