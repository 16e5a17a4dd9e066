with

dates as (

    select * from {{ ref('int_dates') }}

),

-- A period is over when it is over for everybody.
zones as (

    select time_zone from {{ ref('int_accounts') }}
    union
    select time_zone from {{ ref('int_users') }}

),

today as (

    select min({{ local_day(as_of(), 'time_zone') }}) as date_day
    from zones

),

calendar as (

    select

        -- days
        dates.date_day,
        dates.week_starts_on,
        dates.month_starts_on,
        dates.quarter_starts_on,
        dates.year_starts_on,

        -- numbers
        dates.iso_weekday,
        dates.iso_week,
        dates.iso_year,
        cast(extract(month from dates.date_day) as bigint) as month_number,
        cast(extract(quarter from dates.date_day) as bigint) as quarter_number,
        cast(extract(year from dates.date_day) as bigint) as year_number,

        -- codes
        dates.date_day < today.date_day as is_day_complete,
        dates.week_starts_on + 7 <= today.date_day as is_week_complete,
        dates.month_starts_on < date_trunc('month', today.date_day) as is_month_complete,
        dates.quarter_starts_on < date_trunc('quarter', today.date_day) as is_quarter_complete,
        dates.year_starts_on < date_trunc('year', today.date_day) as is_year_complete

    from dates
    cross join today

)

select * from calendar
