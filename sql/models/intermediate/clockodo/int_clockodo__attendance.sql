with

-- Who is still there is counted until now, and who forgot to leave for a day at most.
spans as (

    select
        account,
        user_id,
        date_day,
        coalesce(
            extract(epoch from ended_at) - extract(epoch from started_at),
            least({{ seconds_since('started_at') }}, 86400)
        ) as seconds
    from {{ ref('stg_clockodo__work_time_intervals') }}

    union all

    select
        account,
        user_id,
        date_day,
        offset_seconds as seconds
    from {{ ref('stg_clockodo__work_times') }}
    where offset_seconds is not null

),

neutral as (

    select
        'clockodo' as source_system,
        account,
        user_id,
        date_day,
        cast(sum(seconds) as bigint) as seconds
    from spans
    group by account, user_id, date_day

)

select * from neutral
