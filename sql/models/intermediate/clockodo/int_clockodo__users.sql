with

users as (

    {{ newest('snap_clockodo__users', 'user_id') }}

),

-- Where nobody has own hours the list was hardly read: the key may not see it.
agreed as (

    select distinct account from {{ ref('snap_clockodo__target_hours') }}

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
        coalesce(
            users.has_default_target_hours or agreed.account is not null, false
        ) as is_target_visible,

        -- days
        users.joined_on,
        users.left_on,

        -- instants
        users.deleted_at

    from users
    inner join {{ ref('int_clockodo__accounts') }} as accounts
        on users.account = accounts.account
    left join agreed
        on
            users.account = agreed.account
            and users.has_default_target_hours is not null

)

select * from neutral
