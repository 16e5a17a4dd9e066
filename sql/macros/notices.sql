{#-
How the last reading of each list went, and in which months the last comparison found a difference:
from the book-keeping of a tracker's accounts, which is alike for all.
-#}
{% macro notices(system) -%}
with

readings as (

    select
        *,
        row_number() over (partition by account, resource_name order by ended_at desc) as age,
        max(case when reading_status in ('loaded', 'unchanged') then read_at end)
            over (partition by account, resource_name) as last_read_at
    from {{ ref('stg_' ~ system ~ '__resource_status') }}

),

comparisons as (

    select
        *,
        row_number() over (partition by account, month, measure order by ended_at desc) as age
    from {{ ref('stg_' ~ system ~ '__reconciliations') }}

),

neutral as (

    select
        '{{ system }}' as source_system,
        account,
        case
            when reading_status in ('loaded', 'unchanged') then 'read'
            when reading_status in ('forbidden', 'missing') then 'refused'
            else 'left'
        end as kind,
        resource_name as subject,
        cast(null as date) as month,
        read_at as noticed_at,
        last_read_at,
        detail,
        cast(null as decimal(18, 6)) as tracker_value,
        cast(null as decimal(18, 6)) as warehouse_value
    from readings
    where age = 1

    union all

    select
        '{{ system }}' as source_system,
        account,
        'drift' as kind,
        measure as subject,
        month,
        compared_at as noticed_at,
        cast(null as timestamp with time zone) as last_read_at,
        cast(null as text) as detail,
        tracker_value,
        warehouse_value
    from comparisons
    where age = 1 and is_different

)

select * from neutral
{%- endmacro %}
