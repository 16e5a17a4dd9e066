with

states as (

    select
        users.account,
        users.user_id,
        users.team_id,
        {{ local_day("users.dbt_valid_from at time zone 'UTC'", 'newest.time_zone') }}
            as valid_from_on,
        users.dbt_valid_from,
        users.dbt_valid_to
    from {{ ref('snap_clockodo__users') }} as users
    inner join {{ ref('int_clockodo__users') }} as newest
        on users.account = newest.account and users.user_id = newest.user_id

),

-- Of several states on one day the last counts.
days as (

    select
        *,
        row_number() over (
            partition by account, user_id, valid_from_on
            order by
                dbt_valid_from desc,
                case when dbt_valid_to is null then 0 else 1 end,
                dbt_valid_to desc
        ) as age,
        min(valid_from_on) over (partition by account, user_id) as first_known_on
    from states

),

neutral as (

    select
        'clockodo' as source_system,
        account,
        user_id,
        team_id,
        case
            when valid_from_on > first_known_on then valid_from_on
            else cast('0001-01-01' as date)
        end as valid_from_on,
        coalesce(
            lead(valid_from_on) over (partition by account, user_id order by valid_from_on),
            cast('9999-12-31' as date)
        ) as valid_before_on
    from days
    where age = 1

)

select * from neutral
