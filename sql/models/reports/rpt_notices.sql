with

notices as (

    select * from {{ ref('int_notices') }}

),

built as (

    select
        source_system,
        account,
        'built' as kind,
        'models' as subject,
        cast(null as date) as month,
        {{ as_of() }} as noticed_at,
        cast(null as timestamp with time zone) as last_read_at,
        '{{ invocation_id }}' as detail,
        cast(null as decimal(18, 6)) as tracker_value,
        cast(null as decimal(18, 6)) as warehouse_value
    from {{ ref('int_accounts') }}

),

together as (

    select * from notices
    union all
    select * from built

),

rounded as (

    select
        source_system,
        account,
        kind,
        subject,
        month,
        noticed_at,
        last_read_at,
        detail,
        {{ rounded('tracker_value') }} as tracker_value,
        {{ rounded('warehouse_value') }} as warehouse_value
    from together

)

select * from rounded
