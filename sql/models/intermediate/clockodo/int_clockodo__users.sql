with

users as (

    {{ newest('snap_clockodo__users', 'user_id') }}

),

neutral as (

    select

        -- ids
        'clockodo' as source_system,
        users.account,
        users.user_id,

        -- names
        users.user_name,
        coalesce(users.time_zone, accounts.time_zone) as time_zone,

        -- codes
        users.is_active and users.deleted_at is null as is_active,
        users.has_default_target_hours is not null as is_target_visible,

        -- days
        users.joined_on,
        users.left_on,

        -- instants
        users.deleted_at

    from users
    inner join {{ ref('int_clockodo__accounts') }} as accounts
        on users.account = accounts.account

)

select * from neutral
