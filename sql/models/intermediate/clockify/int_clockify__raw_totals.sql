with

raw_entries as (

    select
        account,
        cast(
            extract(epoch from time_interval__end) - extract(epoch from time_interval__start)
            as bigint
        ) as seconds
    from ({{ read_accounts('clockify', 'time_entries') }}) as time_entries
    where coalesce(type, 'REGULAR') not in ('BREAK', 'HOLIDAY', 'TIME_OFF', 'TIMEOFF')

),

neutral as (

    select
        'clockify' as source_system,
        account,
        'time' as entry_kind,
        count(*) as row_count,
        cast(coalesce(sum(seconds), 0) as bigint) as seconds,
        cast(0 as decimal(18, 6)) as amount
    from raw_entries
    group by account

)

select * from neutral
