with

users as (

    {{ newest('snap_clockify__users', 'workspace_id, user_id') }}

),

-- An account that was deleted is still listed; its groups and days off are not.
deleted as (

    select
        account,
        workspace_id,
        user_id,
        min(dbt_valid_from) as seen_at
    from {{ ref('snap_clockify__users') }}
    where account_status in ('DELETED', 'LIMITED_DELETED')
    group by account, workspace_id, user_id

),

members as (

    select
        users.account,
        users.workspace_id,
        users.user_id,
        users.user_name,
        users.time_zone,
        -- whoever is deactivated in the workspace alone has an account that stays ACTIVE
        users.deleted_at is null
        and coalesce(users.account_status, 'ACTIVE') not in ('DELETED', 'LIMITED_DELETED')
        and coalesce(memberships.membership_status, 'ACTIVE') = 'ACTIVE' as is_active,
        coalesce(
            users.deleted_at,
            case
                when users.account_status in ('DELETED', 'LIMITED_DELETED')
                    then deleted.seen_at at time zone 'UTC'
            end
        ) as deleted_at
    from users
    left join deleted
        on
            users.account = deleted.account
            and users.workspace_id = deleted.workspace_id
            and users.user_id = deleted.user_id
    left join {{ ref('stg_clockify__memberships') }} as memberships
        on
            users.account = memberships.account
            and users.workspace_id = memberships.workspace_id
            and users.user_id = memberships.user_id
            and users.workspace_id = memberships.target_id

),

-- Who is in several workspaces is still one person, and most at home in the first.
ranked as (

    select
        *,
        row_number() over (
            partition by account, user_id
            order by is_active desc, deleted_at is null desc, deleted_at desc, workspace_id asc
        ) as precedence
    from members

)

select * from ranked
