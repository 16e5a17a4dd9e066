with

states as (

    select
        users.account,
        users.user_id,
        users.team_id,
        {{ local_day("users.dbt_valid_from at time zone 'UTC'", 'newest.time_zone') }} as seen_on,
        users.dbt_valid_from,
        users.dbt_valid_to
    from {{ ref('snap_clockodo__users') }} as users
    inner join {{ ref('int_clockodo__users') }} as newest
        on users.account = newest.account and users.user_id = newest.user_id

),

known as (

    {{ spans('states') }}

),

neutral as (

    select
        'clockodo' as source_system,
        account,
        user_id,
        team_id,
        valid_from_on,
        valid_before_on
    from known

)

select * from neutral
