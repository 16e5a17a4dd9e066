-- The days of an entry hold all of its seconds, no more and no less.
with

parts as (

    select
        source_system,
        account,
        entry_id,
        sum(duration_seconds) as duration_seconds
    from {{ ref('fct_time_entry_days') }}
    group by source_system, account, entry_id

)

select
    entries.source_system,
    entries.account,
    entries.entry_id,
    entries.duration_seconds,
    parts.duration_seconds as seconds_of_parts
from {{ ref('fct_time_entries') }} as entries
left join parts
    using (source_system, account, entry_id)
where
    entries.entry_kind = 'time'
    and entries.duration_seconds <> coalesce(parts.duration_seconds, -1)
