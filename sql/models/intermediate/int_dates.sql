-- Many ask for the days, and to find them means to go through all entries.
{{ config(materialized='table') }}
with

work as (

    select
        min(started_at) as first_at,
        max(coalesce(ended_at, started_at)) as last_at
    from {{ ref('int_time_entries') }}
    where not is_test_data

    union all

    select
        min(cast(date_day as timestamp)) at time zone 'UTC' as first_at,
        max(cast(date_day as timestamp)) at time zone 'UTC' as last_at
    from {{ ref('int_attendance') }}

),

-- A year more on both sides: days are people's own, which begin and end before and after ours.
bounds as (

    select
        date_trunc('year', least(min(first_at), {{ as_of() }}) at time zone 'UTC')
        - interval '1 year' as first_day,
        date_trunc('year', greatest(max(last_at), {{ as_of() }}) at time zone 'UTC')
        + interval '2 years' - interval '1 day' as last_day
    from work

),

days as (

    select cast(series.moment as date) as date_day
    from bounds
    cross join
        generate_series(bounds.first_day, bounds.last_day, interval '1 day')
            as series (moment)

),

calendar as (

    select
        date_day,
        cast(extract(isodow from date_day) as bigint) as iso_weekday,
        cast(extract(isoyear from date_day) as bigint) as iso_year,
        cast(extract(week from date_day) as bigint) as iso_week,
        cast(date_trunc('week', date_day) as date) as week_starts_on,
        cast(date_trunc('month', date_day) as date) as month_starts_on,
        cast(date_trunc('quarter', date_day) as date) as quarter_starts_on,
        cast(date_trunc('year', date_day) as date) as year_starts_on
    from days

)

select * from calendar
