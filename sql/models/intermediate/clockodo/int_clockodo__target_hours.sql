{% set weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] %}
with

own as (

    {{ last_known(
        'snap_clockodo__target_hours', 'target_hours_id',
        'int_clockodo__users', ['account', 'user_id']
    ) }}

),

-- Whoever has no own row on a day has the company's, if the person is set to it.
company_defaults as (

    select
        users.account,
        users.user_id,
        company.default_monday_hours,
        company.default_tuesday_hours,
        company.default_wednesday_hours,
        company.default_thursday_hours,
        company.default_friday_hours,
        company.default_saturday_hours,
        company.default_sunday_hours
    from ({{ newest('snap_clockodo__users', 'user_id') }}) as users
    inner join {{ ref('stg_clockodo__company') }} as company
        on users.account = company.account
    where users.has_default_target_hours

),

neutral as (

    {% for day in weekdays %}
    select
        'clockodo' as source_system,
        account,
        user_id,
        target_hours_id as agreement_id,
        valid_from_on,
        coalesce(valid_until_on, cast('9999-12-31' as date)) as valid_until_on,
        cast({{ loop.index }} as bigint) as iso_weekday,
        case
            when type_code = 'weekly' then {{ day }}_hours
            when not is_{{ day }}_workday then cast(0 as decimal(18, 6))
        end as hours,
        case when type_code = 'monthly' and is_{{ day }}_workday then monthly_hours end
            as monthly_hours
    from own
    where not is_test_data

    union all

    select
        'clockodo' as source_system,
        account,
        user_id,
        'company' as agreement_id,
        cast('0001-01-01' as date) as valid_from_on,
        cast('9999-12-31' as date) as valid_until_on,
        cast({{ loop.index }} as bigint) as iso_weekday,
        default_{{ day }}_hours as hours,
        cast(null as decimal(18, 6)) as monthly_hours
    from company_defaults
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from neutral
