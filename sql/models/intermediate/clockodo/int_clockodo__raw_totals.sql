with

raw_entries as (

    select
        account,
        'time' as entry_kind,
        duration as seconds,
        0 as amount
    from ({{ read_accounts('clockodo', 'time_entries') }}) as time_entries
    where not coalesce(test_data, false)

    union all

    select
        account,
        'lump_sum' as entry_kind,
        0 as seconds,
        lumpsum as amount
    from ({{ read_accounts('clockodo', 'lump_sum_entries') }}) as lump_sum_entries
    where not coalesce(test_data, false)

    union all

    select
        account,
        'lump_sum_service' as entry_kind,
        0 as seconds,
        lumpsum_services_amount * lumpsum_services_price as amount
    from ({{ read_accounts('clockodo', 'lump_sum_service_entries') }}) as lump_sum_service_entries
    where not coalesce(test_data, false)

),

neutral as (

    select
        'clockodo' as source_system,
        account,
        entry_kind,
        count(*) as row_count,
        cast(coalesce(sum(seconds), 0) as bigint) as seconds,
        cast(coalesce(sum(amount), 0) as decimal(18, 6)) as amount
    from raw_entries
    group by account, entry_kind

)

select * from neutral
