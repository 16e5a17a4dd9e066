with

members as (

    select * from {{ ref('int_clockify__members') }}
    where precedence = 1

),

agreed as (

    select distinct
        account,
        user_id
    from {{ ref('snap_clockify__member_profiles') }}
    where work_capacity is not null

),

neutral as (

    select

        -- ids
        'clockify' as source_system,
        members.account,
        members.user_id,

        -- names
        members.user_name,
        coalesce(members.time_zone, accounts.time_zone) as time_zone,

        -- codes
        members.is_active,
        agreed.user_id is not null as is_target_visible,

        -- days: the tracker states neither
        cast(null as date) as joined_on,
        cast(null as date) as left_on,

        -- instants
        members.deleted_at

    from members
    inner join {{ ref('int_clockify__accounts') }} as accounts
        on members.account = accounts.account
    left join agreed
        on members.account = agreed.account and members.user_id = agreed.user_id

)

select * from neutral
