with

source as (

    {{ read_accounts('clockodo', 'entry_changes') }}

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
        cast({{ side }}_users_id as text) as {{ side }}_user_id,
        cast({{ side }}_customers_id as text) as {{ side }}_customer_id,
        cast({{ side }}_projects_id as text) as {{ side }}_project_id,
        {{ side }}_billable as {{ side }}_billable_code,
        {{ side }}_duration as {{ side }}_duration_seconds,
        cast({{ side }}_revenue as decimal(18, 6)) as {{ side }}_revenue,
        coalesce({{ side }}_test_data, false) as is_{{ side }}_test_data,
        {{ side }}_time_since as {{ side }}_started_at,
        {% endfor %}

        -- time
        seen_at

    from source

)

select * from renamed
