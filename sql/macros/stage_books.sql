{#- The book-keeping that Timehouse writes itself, so that it is alike for all trackers. -#}
{% macro stage_resource_status(system) -%}
with

source as (

    {{ read_accounts(system, 'resource_status') }}

),

renamed as (

    select

        -- ids
        account,
        run_id,
        resource as resource_name,

        -- codes
        status as reading_status,

        -- texts
        detail,

        -- time
        as_of as read_at,
        ended_at

    from source

)

select * from renamed
{%- endmacro %}

{% macro stage_reconciliations(system) -%}
with

source as (

    {{ read_accounts(system, 'reconciliations') }}

),

renamed as (

    select

        -- ids
        account,
        run_id,
        month,
        measure,

        -- codes
        differs as is_different,

        -- amounts
        tracker_value,
        warehouse_value,

        -- time
        as_of as compared_at,
        ended_at

    from source

)

select * from renamed
{%- endmacro %}
