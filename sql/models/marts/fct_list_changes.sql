with

changes as (

    select * from {{ ref('int_list_changes') }}

),

described as (

    select
        changes.source_system,
        changes.account,
        changes.list_name,
        changes.row_id,
        changes.seen_at,
        changes.user_id,
        users.user_name,
        changes.change_kind,
        changes.before,
        changes.after
    from changes
    left join {{ ref('dim_users') }} as users
        using (source_system, account, user_id)

)

select * from described
