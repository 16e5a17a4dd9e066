with

people as (

    select
        seen.account,
        seen.user_id,
        users.time_zone,
        users.deleted_at,
        min(seen.dbt_valid_from) as seen_at
    from {{ ref('snap_clockify__users') }} as seen
    inner join {{ ref('int_clockify__users') }} as users
        on seen.account = users.account and seen.user_id = users.user_id
    group by seen.account, seen.user_id, users.time_zone, users.deleted_at

),

-- Who is deleted keeps the groups of the week before, as lists are not all read at once.
members as (

    select
        members.account,
        members.user_id,
        members.user_group_id,
        teams.team_name,
        members.dbt_valid_from as joined_at,
        case
            when
                people.deleted_at is null
                or members.dbt_valid_to at time zone 'UTC' < people.deleted_at - interval '7 days'
                then members.dbt_valid_to
        end as left_at
    from {{ ref('snap_clockify__user_group_members') }} as members
    inner join people
        on members.account = people.account and members.user_id = people.user_id
    left join {{ ref('int_clockify__teams') }} as teams
        on members.account = teams.account and members.user_group_id = teams.team_id

),

moments as (

    select
        account,
        user_id,
        seen_at as moment
    from people
    union
    select
        account,
        user_id,
        joined_at as moment
    from members
    union
    select
        account,
        user_id,
        left_at as moment
    from members
    where left_at is not null

),

-- Whoever is in several groups at once is counted in the first by name.
ranked as (

    select
        moments.account,
        moments.user_id,
        moments.moment,
        members.user_group_id,
        row_number() over (
            partition by moments.account, moments.user_id, moments.moment
            order by lower(members.team_name), members.user_group_id
        ) as precedence
    from moments
    left join members
        on
            moments.account = members.account
            and moments.user_id = members.user_id
            and moments.moment >= members.joined_at
            and moments.moment < coalesce(members.left_at, cast('9999-12-31' as timestamp))

),

states as (

    select
        ranked.account,
        ranked.user_id,
        ranked.user_group_id,
        {{ local_day("ranked.moment at time zone 'UTC'", 'people.time_zone') }} as seen_on,
        ranked.moment as dbt_valid_from,
        cast(null as timestamp) as dbt_valid_to
    from ranked
    inner join people
        on ranked.account = people.account and ranked.user_id = people.user_id
    where ranked.precedence = 1

),

known as (

    {{ spans('states') }}

),

neutral as (

    select
        'clockify' as source_system,
        account,
        user_id,
        user_group_id as team_id,
        valid_from_on,
        valid_before_on
    from known

)

select * from neutral
