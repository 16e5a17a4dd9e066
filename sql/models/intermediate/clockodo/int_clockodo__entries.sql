with

time_entries as (

    select
        *,
        'time' as entry_kind,
        ended_at is null as is_running,
        cast(null as decimal(18, 6)) as lump_sum_amount,
        false as is_price_assumed
    from {{ ref('stg_clockodo__time_entries') }}

),

lump_sum_entries as (

    select
        *,
        'lump_sum' as entry_kind,
        false as is_running,
        cast(0 as bigint) as duration_seconds,
        cast(null as decimal(18, 6)) as hourly_rate,
        false as is_price_assumed
    from {{ ref('stg_clockodo__lump_sum_entries') }}

),

lump_sum_service_entries as (

    select
        entries.*,
        'lump_sum_service' as entry_kind,
        'lump_sum_service-' || entries.lump_sum_service_id as service_id,
        false as is_running,
        cast(0 as bigint) as duration_seconds,
        cast(null as decimal(18, 6)) as hourly_rate,
        cast(
            cast(entries.units as decimal(38, 6))
            * coalesce(entries.unit_price, services.unit_price)
            as decimal(18, 6)
        ) as lump_sum_amount,
        entries.unit_price is null as is_price_assumed
    from {{ ref('stg_clockodo__lump_sum_service_entries') }} as entries
    left join {{ ref('stg_clockodo__lump_sum_services') }} as services
        on
            entries.account = services.account
            and entries.lump_sum_service_id = services.lump_sum_service_id

)

{% for kind in ['time_entries', 'lump_sum_entries', 'lump_sum_service_entries'] %}
select
    account,
    entry_id,
    entry_kind,
    user_id,
    customer_id,
    project_id,
    service_id,
    user_name,
    customer_name,
    project_name,
    service_name,
    started_at,
    ended_at,
    is_running,
    {{ 'case when is_running then offset_seconds else duration_seconds end as '
        if kind == 'time_entries' }}duration_seconds,
    billable_code,
    hourly_rate,
    lump_sum_amount,
    is_price_assumed,
    revenue_stated,
    is_test_data
from {{ kind }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
