-- A table has a size that PostgreSQL can reckon with; of a view it expects one row, and loops.
{{ config(materialized='table') }}
with

used as (

    select
        entries.source_system,
        entries.account,
        min(entries.started_at) as first_at,
        max(entries.started_at) as last_at,
        {{ local_day('min(entries.started_at)', 'accounts.time_zone') }} as first_on
    from {{ ref('int_time_entries') }} as entries
    inner join {{ ref('int_accounts') }} as accounts
        using (source_system, account)
    where not entries.is_test_data
    group by entries.source_system, entries.account, accounts.time_zone

),

-- What was due in years before a tracker was used says nothing. Where the entries of one begin
-- after those of another have ended, the company has moved: it changes over on that day.
in_use as (

    select
        used.source_system,
        used.account,
        case
            when count(earlier.account) > 0 then used.first_on
            else cast(date_trunc('year', used.first_at at time zone 'UTC') as date)
        end as first_day,
        min(later.first_on) as moved_on
    from used
    left join used as earlier
        on used.first_at > earlier.last_at
    left join used as later
        on used.last_at < later.first_at
    group by used.source_system, used.account, used.first_on, used.first_at

),

employed_days as (

    select
        employments.source_system,
        employments.account,
        employments.user_id,
        dates.date_day,
        dates.iso_weekday,
        dates.month_starts_on
    from {{ ref('int_employments') }} as employments
    inner join {{ ref('int_dates') }} as dates
        on
            employments.joined_on <= dates.date_day
            and (employments.left_on is null or employments.left_on >= dates.date_day)
    left join in_use
        on
            employments.source_system = in_use.source_system
            and employments.account = in_use.account
    where
        (in_use.first_day is null or in_use.first_day <= dates.date_day)
        and (in_use.moved_on is null or in_use.moved_on > dates.date_day)
        -- as far ahead as calendars are known
        and dates.year_starts_on
        <= date_trunc('year', {{ as_of() }} at time zone 'UTC') + interval '1 year'

),

agreements as (

    select * from {{ ref('int_target_hours') }}

),

-- A month's hours are spread over the days of that month that the agreement names.
months as (

    select
        agreements.source_system,
        agreements.account,
        agreements.agreement_id,
        agreements.user_id,
        dates.month_starts_on,
        count(*) as workdays
    from agreements
    inner join {{ ref('int_dates') }} as dates
        on agreements.iso_weekday = dates.iso_weekday
    where agreements.monthly_hours is not null
    group by
        agreements.source_system,
        agreements.account,
        agreements.agreement_id,
        agreements.user_id,
        dates.month_starts_on

),

-- Where several agreements cover a day, the one that began last counts.
agreed as (

    select
        employed_days.source_system,
        employed_days.account,
        employed_days.user_id,
        employed_days.date_day,
        agreements.agreement_id,
        coalesce(agreements.hours, agreements.monthly_hours / months.workdays) as hours,
        row_number() over (
            partition by
                employed_days.source_system,
                employed_days.account,
                employed_days.user_id,
                employed_days.date_day
            order by
                agreements.valid_from_on desc,
                length(agreements.agreement_id) desc,
                agreements.agreement_id desc
        ) as precedence
    from employed_days
    left join agreements
        on
            employed_days.source_system = agreements.source_system
            and employed_days.account = agreements.account
            and employed_days.user_id = agreements.user_id
            and employed_days.iso_weekday = agreements.iso_weekday
            and employed_days.date_day >= agreements.valid_from_on
            and employed_days.date_day <= agreements.valid_until_on
    left join months
        on
            agreements.source_system = months.source_system
            and agreements.account = months.account
            and agreements.agreement_id = months.agreement_id
            and agreements.user_id = months.user_id
            and employed_days.month_starts_on = months.month_starts_on

),

contracted_days as (

    select
        agreed.source_system,
        agreed.account,
        agreed.user_id,
        agreed.date_day,
        cast(
            case
                when agreed.agreement_id is not null then agreed.hours
                when users.is_target_visible then 0
            end as decimal(18, 6)
        ) as contracted_hours
    from agreed
    inner join {{ ref('int_users') }} as users
        using (source_system, account, user_id)
    where agreed.precedence = 1

)

select * from contracted_days
