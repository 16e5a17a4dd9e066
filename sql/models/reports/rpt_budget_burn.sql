{#- Money in another currency than the budget's is as good as unseen: it cannot be added. -#}
{% set value = 'case when entries.currency = projects.currency then entries.standard_value end' %}
with

accounts as (

    select
        accounts.source_system,
        accounts.account,
        dates.date_day as as_of_on,
        dates.week_starts_on,
        dates.month_starts_on,
        dates.quarter_starts_on,
        dates.year_starts_on
    from {{ ref('int_accounts') }} as accounts
    inner join {{ ref('dim_dates') }} as dates
        on {{ local_day(as_of(), 'accounts.time_zone') }} = dates.date_day

),

-- A budget that renews has a row an interval; any other has one without beginning or end.
projects as (

    select
        projects.*,
        accounts.as_of_on,
        case projects.budget_interval
            when 'week' then accounts.week_starts_on
            when 'month' then accounts.month_starts_on
            when 'quarter' then accounts.quarter_starts_on
            when 'year' then accounts.year_starts_on
        end as current_starts_on
    from {{ ref('dim_projects') }} as projects
    inner join accounts
        on projects.source_system = accounts.source_system and projects.account = accounts.account
    where projects.budget_unit is not null and projects.budget_amount is not null

),

entries as (

    select
        projects.source_system,
        projects.account,
        projects.project_id,
        case projects.budget_interval
            when 'week' then dates.week_starts_on
            when 'month' then dates.month_starts_on
            when 'quarter' then dates.quarter_starts_on
            when 'year' then dates.year_starts_on
        end as interval_starts_on,
        case projects.budget_unit
            when 'money' then {{ value }}
            else case
                when entries.is_billable or not coalesce(projects.is_budget_of_billable_time, false)
                    then entries.duration_seconds / 3600.0
            end
        end as used_amount,
        entries.started_on > projects.as_of_on - 28 and entries.started_on <= projects.as_of_on
            as is_recent,
        entries.duration_seconds / 3600.0 as hours,
        case when entries.is_billable then entries.duration_seconds / 3600.0 end
            as billable_hours,
        {{ value }} as standard_value,
        case
            when
                projects.budget_unit = 'money'
                and entries.billable_state <> 'not_billable'
                and {{ value }} is null
                then 1
            else 0
        end as is_unseen
    from projects
    inner join {{ ref('fct_time_entries') }} as entries
        on
            projects.source_system = entries.source_system
            and projects.account = entries.account
            and projects.project_id = entries.project_id
    inner join {{ ref('dim_dates') }} as dates
        on entries.started_on = dates.date_day

),

-- Sums of hours are rounded at once: in floating point they hang on the order of what is added.
used as (

    select
        source_system,
        account,
        project_id,
        interval_starts_on,
        {{ rounded('sum(used_amount)', 6) }} as used_amount,
        {{ rounded('sum(hours)', 6) }} as used_hours,
        {{ rounded('sum(billable_hours)', 6) }} as used_billable_hours,
        sum(standard_value) as standard_value,
        sum(is_unseen) as entries_without_value
    from entries
    group by source_system, account, project_id, interval_starts_on

),

burned as (

    select
        source_system,
        account,
        project_id,
        case
            when sum(is_unseen) = 0
                then {{ rounded('sum(case when is_recent then used_amount end)', 6) }} / 28
        end as daily_burn
    from entries
    group by source_system, account, project_id

),

intervals as (

    select
        source_system,
        account,
        project_id,
        interval_starts_on
    from used

    union

    select
        source_system,
        account,
        project_id,
        current_starts_on as interval_starts_on
    from projects

),

burns as (

    select
        projects.*,
        intervals.interval_starts_on,
        case projects.budget_interval
            when 'week' then intervals.interval_starts_on + interval '7 days'
            when 'month' then intervals.interval_starts_on + interval '1 month'
            when 'quarter' then intervals.interval_starts_on + interval '3 months'
            when 'year' then intervals.interval_starts_on + interval '1 year'
        end as next_starts_on,
        coalesce(intervals.interval_starts_on = projects.current_starts_on, true) as is_current,
        case when coalesce(used.entries_without_value, 0) = 0 then coalesce(used.used_amount, 0) end
            as used_amount,
        coalesce(used.used_hours, 0) as used_hours,
        coalesce(used.used_billable_hours, 0) as used_billable_hours,
        coalesce(used.standard_value, 0) as standard_value,
        coalesce(used.entries_without_value, 0) as entries_without_value,
        burned.daily_burn
    from intervals
    inner join projects
        on
            intervals.source_system = projects.source_system
            and intervals.account = projects.account
            and intervals.project_id = projects.project_id
    left join used
        on
            intervals.source_system = used.source_system
            and intervals.account = used.account
            and intervals.project_id = used.project_id
            and intervals.interval_starts_on is not distinct from used.interval_starts_on
    left join burned
        on
            intervals.source_system = burned.source_system
            and intervals.account = burned.account
            and intervals.project_id = burned.project_id

),

remaining as (

    select
        *,
        budget_amount - used_amount as remaining_amount
    from burns

),

-- As fast as in the last 28 days the rest lasts so long, if the budget does not renew first.
lasting as (

    select
        *,
        case
            when is_current and remaining_amount > 0 and daily_burn > 0
                then ceil({{ rounded('remaining_amount / daily_burn', 6) }})
        end as days
    from remaining

),

forecast as (

    select
        *,
        -- nobody plans for a century
        case when days < 36525 then as_of_on + cast(days as int) end as lasts_until_on
    from lasting

),

rounded as (

    select

        -- which budget
        forecast.source_system,
        forecast.account,
        forecast.currency,
        forecast.customer_id,
        coalesce(customers.customer_name, 'No customer') as customer_name,
        forecast.project_id,
        forecast.project_name,
        forecast.budget_unit,
        forecast.budget_interval,
        forecast.interval_starts_on,
        cast(forecast.next_starts_on as date) - 1 as interval_ends_on,
        forecast.is_current,
        forecast.is_fixed_price,
        forecast.is_completed,
        forecast.is_active,

        -- how much of it, in its unit
        {{ rounded('forecast.budget_amount') }} as budget_amount,
        {{ rounded('forecast.used_amount') }} as used_amount,
        {{ rounded('forecast.remaining_amount') }} as remaining_amount,
        {{ percent('forecast.used_amount', 'forecast.budget_amount') }} as burn_percent,
        {{ rounded('forecast.daily_burn') }} as daily_burn,
        case
            when
                forecast.next_starts_on is null
                or forecast.lasts_until_on < cast(forecast.next_starts_on as date)
                then forecast.lasts_until_on
        end as exhausted_on,

        -- beside it
        {{ rounded('forecast.used_hours') }} as used_hours,
        {{ rounded('forecast.used_billable_hours') }} as used_billable_hours,
        {{ rounded('forecast.standard_value') }} as standard_value,
        {{ rounded('forecast.billed_money') }} as billed_money,
        forecast.is_billed_completely,
        cast(forecast.entries_without_value as bigint) as entries_without_value

    from forecast
    left join {{ ref('dim_customers') }} as customers
        on
            forecast.source_system = customers.source_system
            and forecast.account = customers.account
            and forecast.customer_id = customers.customer_id

)

select * from rounded
