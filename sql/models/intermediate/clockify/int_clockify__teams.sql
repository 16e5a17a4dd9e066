with

user_groups as (

    {{ newest('snap_clockify__user_groups', 'user_group_id') }}

),

neutral as (

    select
        'clockify' as source_system,
        account,
        user_group_id as team_id,
        user_group_name as team_name,
        (cast(team_managers as json) -> 0) ->> 'id' as leader_user_id,
        deleted_at
    from user_groups

)

select * from neutral
