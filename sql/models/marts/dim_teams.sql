with

listed as (

    select
        *,
        true as was_listed
    from {{ ref('int_teams') }}

),

-- Whatever team somebody is or was in belongs here, listed or not.
stated as (

    select distinct
        source_system,
        account,
        team_id
    from {{ ref('int_user_teams') }}
    where team_id is not null

),

members as (

    select * from listed -- noqa: RF02
    full outer join stated using (source_system, account, team_id)

),

described as (

    select
        source_system,
        account,
        team_id,
        coalesce(team_name, team_id) as team_name,
        leader_user_id,
        coalesce(was_listed, false) and deleted_at is null as is_listed,
        deleted_at
    from members

)

select * from described
