with

-- From the year of the first entry to the end of the year of the last entry or of today.
bounds as (

    select
        date_trunc('year', least(min(started_at), {{ as_of() }}) at time zone 'UTC')
            as first_day,
        date_trunc('year', greatest(max(started_at), {{ as_of() }}) at time zone 'UTC')
        + interval '1 year' - interval '1 day' as last_day
    from {{ ref('int_time_entries') }}
    where not is_test_data

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
