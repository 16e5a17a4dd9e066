with

users as (

    select * from {{ ref('int_users') }}

),

-- Own hours that are known since ever tell of no first day, whatever came after them.
agreed as (

    select
        source_system,
        account,
        user_id,
        nullif(min(valid_from_on), cast('0001-01-01' as date)) as first_agreed_on
    from {{ ref('int_target_hours') }}
    where agreement_id <> 'company'
    group by source_system, account, user_id

),

worked as (

    select
        source_system,
        account,
        user_id,
        {{ local_day('min(started_at)', 'user_time_zone') }} as first_entry_on,
        {{ local_day('max(started_at)', 'user_time_zone') }} as last_entry_on
    from {{ ref('int_time_entries') }}
    where not is_test_data
    group by source_system, account, user_id, user_time_zone

),

away as (

    select
        source_system,
        account,
        user_id,
        max(ends_on) as last_absence_on
    from {{ ref('int_absences') }}
    where absence_state = 'approved'
    group by source_system, account, user_id

),

employments as (

    select
        users.source_system,
        users.account,
        users.user_id,
        coalesce(users.joined_on, agreed.first_agreed_on, worked.first_entry_on) as joined_on,
        users.joined_on is null as is_joining_estimated,
        -- nobody knows when: the last sign of life; who was deleted counts as far as their work
        case
            when users.left_on is not null then users.left_on
            when users.is_active then null
            else coalesce(
                greatest(
                    worked.last_entry_on,
                    case when users.deleted_at is null then away.last_absence_on end
                ),
                cast('0001-01-01' as date)
            )
        end as left_on,
        users.left_on is null and not users.is_active as is_leaving_estimated
    from users
    left join agreed
        using (source_system, account, user_id)
    left join worked
        using (source_system, account, user_id)
    left join away
        using (source_system, account, user_id)

)

select * from employments
