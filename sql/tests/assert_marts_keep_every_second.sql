-- What left the raw tables arrived in the mart: rows, seconds of stopped clocks, lump sums.
with

raw_totals as (

    select * from {{ ref('int_raw_totals') }}

),

mart_totals as (

    select
        source_system,
        account,
        entry_kind,
        count(*) as row_count,
        coalesce(sum(case when not is_running then duration_seconds end), 0) as seconds,
        coalesce(sum(case when not is_price_assumed then lump_sum_amount end), 0) as amount
    from {{ ref('fct_time_entries') }}
    group by source_system, account, entry_kind

)

select
    coalesce(raw_totals.source_system, mart_totals.source_system) as source_system,
    coalesce(raw_totals.account, mart_totals.account) as account,
    coalesce(raw_totals.entry_kind, mart_totals.entry_kind) as entry_kind,
    raw_totals.row_count as raw_rows,
    mart_totals.row_count as mart_rows,
    raw_totals.seconds as raw_seconds,
    mart_totals.seconds as mart_seconds,
    raw_totals.amount as raw_amount,
    mart_totals.amount as mart_amount
from raw_totals
full outer join mart_totals
    on
        raw_totals.source_system = mart_totals.source_system
        and raw_totals.account = mart_totals.account
        and raw_totals.entry_kind = mart_totals.entry_kind
where
    coalesce(raw_totals.row_count, 0) <> coalesce(mart_totals.row_count, 0)
    or raw_totals.seconds <> mart_totals.seconds
    or abs(raw_totals.amount - mart_totals.amount) > 0.000001 * raw_totals.row_count
