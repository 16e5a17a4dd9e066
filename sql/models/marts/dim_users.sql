with

listed as (

    select
        *,
        true as was_listed
    from {{ ref('int_users') }}

),

-- Whatever entries name belongs here, listed or not.
stated as (

    select
        source_system,
        account,
        user_id,
        max(user_name) as stated_name,
        max(user_time_zone) as stated_time_zone
    from {{ ref('int_time_entries') }}
    where not is_test_data
    group by source_system, account, user_id

),

members as (

    select * from listed -- noqa: RF02
    full outer join stated using (source_system, account, user_id)

),

current_teams as (

    select
        source_system,
        account,
        user_id,
        team_id
    from {{ ref('int_user_teams') }}
    where valid_before_on = cast('9999-12-31' as date)

),

described as (

    select

        -- ids
        members.source_system,
        members.account,
        members.user_id,
        current_teams.team_id,

        -- names
        coalesce(members.user_name, members.stated_name, members.user_id) as user_name,
        teams.team_name,
        coalesce(members.time_zone, members.stated_time_zone) as time_zone,

        -- codes
        coalesce(members.is_active, false) as is_active,
        coalesce(members.was_listed, false) and members.deleted_at is null as is_listed,
        employments.is_joining_estimated,
        employments.is_leaving_estimated,

        -- days
        employments.joined_on,
        nullif(employments.left_on, cast('0001-01-01' as date)) as left_on,

        -- instants
        members.deleted_at

    from members
    left join current_teams
        using (source_system, account, user_id)
    left join {{ ref('dim_teams') }} as teams
        on
            current_teams.source_system = teams.source_system
            and current_teams.account = teams.account
            and current_teams.team_id = teams.team_id
    left join {{ ref('int_employments') }} as employments
        on
            members.source_system = employments.source_system
            and members.account = employments.account
            and members.user_id = employments.user_id

)

select * from described
