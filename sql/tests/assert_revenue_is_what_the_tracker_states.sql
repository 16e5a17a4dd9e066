-- The rule and the tracker agree on each entry to half a cent; what is provisional is not compared.
select
    source_system,
    account,
    entry_id,
    revenue,
    revenue_stated
from {{ ref('fct_time_entries') }}
where
    not is_running
    and not (entry_kind = 'time' and is_open_hard_budget)
    and abs(revenue - revenue_stated) > 0.005
