-- What left the raw tables arrived in the mart: rows, seconds of stopped clocks, lump sums.
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

source_totals as (

    select
        account,
        entry_kind,
        count(*) as row_count,
        coalesce(sum(seconds), 0) as seconds,
        coalesce(sum(amount), 0) as amount
    from raw_entries
    group by account, entry_kind

),

mart_totals as (

    select
        account,
        entry_kind,
        count(*) as row_count,
        coalesce(sum(case when not is_running then duration_seconds end), 0) as seconds,
        coalesce(sum(case when not is_price_assumed then lump_sum_amount end), 0) as amount
    from {{ ref('fct_time_entries') }}
    where source_system = 'clockodo'
    group by account, entry_kind

)

select
    coalesce(source_totals.account, mart_totals.account) as account,
    coalesce(source_totals.entry_kind, mart_totals.entry_kind) as entry_kind,
    source_totals.row_count as source_rows,
    mart_totals.row_count as mart_rows,
    source_totals.seconds as source_seconds,
    mart_totals.seconds as mart_seconds,
    source_totals.amount as source_amount,
    mart_totals.amount as mart_amount
from source_totals
full outer join mart_totals
    on
        source_totals.account = mart_totals.account
        and source_totals.entry_kind = mart_totals.entry_kind
where
    coalesce(source_totals.row_count, 0) <> coalesce(mart_totals.row_count, 0)
    or source_totals.seconds <> mart_totals.seconds
    or abs(source_totals.amount - mart_totals.amount) > 0.000001 * source_totals.row_count
