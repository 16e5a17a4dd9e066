{% set weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] %}
with

-- Several agreements never add up: whoever has one in several workspaces owes that of the first.
profiles as (

    select
        profiles.*,
        users.time_zone,
        coalesce(
            nullif(profiles.working_days, '[]'),
            nullif(workspaces.working_days, '[]'),
            'MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY'
        ) as days_of_work,
        rank() over (
            partition by profiles.account, profiles.user_id
            order by members.precedence
        ) as precedence
    from {{ ref('snap_clockify__member_profiles') }} as profiles
    inner join {{ ref('int_clockify__users') }} as users
        on profiles.account = users.account and profiles.user_id = users.user_id
    inner join {{ ref('int_clockify__members') }} as members
        on
            profiles.account = members.account
            and profiles.workspace_id = members.workspace_id
            and profiles.user_id = members.user_id
    left join {{ ref('int_clockify__workspaces') }} as workspaces
        on
            profiles.account = workspaces.account
            and profiles.workspace_id = workspaces.workspace_id
    where profiles.work_capacity is not null

),

states as (

    select
        *,
        {{ iso_hours('work_capacity') }} as hours,
        {{ local_day("dbt_valid_from at time zone 'UTC'", 'time_zone') }} as seen_on
    from profiles
    where precedence = 1

),

known as (

    {{ spans('states') }}

),

neutral as (

    {% for day in weekdays %}
    select
        'clockify' as source_system,
        account,
        user_id,
        workspace_id || ' ' || cast(valid_from_on as text) as agreement_id,
        valid_from_on,
        case
            when valid_before_on < cast('9999-12-31' as date) then valid_before_on - 1
            else valid_before_on
        end as valid_until_on,
        cast({{ loop.index }} as bigint) as iso_weekday,
        case
            when upper(days_of_work) like '%{{ day | upper }}%' then hours
            else cast(0 as decimal(18, 6))
        end as hours,
        cast(null as decimal(18, 6)) as monthly_hours
    from known
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from neutral
