with

user_teams as (

    select * from {{ ref('int_user_teams') }}

),

named as (

    select
        user_teams.source_system,
        user_teams.account,
        user_teams.user_id,
        user_teams.valid_from_on,
        user_teams.valid_before_on,
        user_teams.team_id,
        coalesce(teams.team_name, user_teams.team_id) as team_name
    from user_teams
    left join {{ ref('int_teams') }} as teams
        using (source_system, account, team_id)
    where user_teams.team_id is not null

)

select * from named
