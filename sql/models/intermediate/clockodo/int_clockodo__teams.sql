with

teams as (

    {{ newest('snap_clockodo__teams', 'team_id') }}

),

neutral as (

    select
        'clockodo' as source_system,
        account,
        team_id,
        team_name,
        leader_user_id,
        deleted_at
    from teams

)

select * from neutral
