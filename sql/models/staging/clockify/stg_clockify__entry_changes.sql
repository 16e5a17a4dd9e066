with

source as (

    {{ read_accounts('clockify', 'entry_changes') }}

),

renamed as (

    select

        -- ids
        account,
        cast(change_id as text) as change_id,
        cast(entry_id as text) as entry_id,

        -- codes
        cast(kind as text) as change_kind,

        -- lists
        replace(cast(changed as text), ', ', ',') as changed_columns,

        -- the entry before and after
        {% for side in ['old', 'new'] %}
        cast({{ side }}_type as text) as {{ side }}_entry_type,
        cast({{ side }}_user_id as text) as {{ side }}_user_id,
        cast({{ side }}_project_id as text) as {{ side }}_project_id,
        {{ side }}_billable as is_{{ side }}_billable,
        cast({{ side }}_invoicing_info as text) as {{ side }}_invoicing_info,
        cast({{ side }}_amount as decimal(18, 6)) as {{ side }}_amount_cents,
        cast(coalesce({{ side }}_rate, {{ side }}_hourly_rate__amount) as decimal(18, 6))
            as {{ side }}_rate_cents,
        {{ side }}_time_interval__start as {{ side }}_started_at,
        {{ side }}_time_interval__end as {{ side }}_ended_at,
        {% endfor %}

        -- time
        seen_at

    from source

)

select * from renamed
