with

changes as (

    select
        *,
        {{ local_day('started_at', 'user_time_zone') }} as started_on,
        {{ rounded('sign * duration_seconds / 3600.0', 6) }} as hours_change,
        {{ rounded('sign * revenue', 6) }} as revenue_change
    from {{ ref('int_entry_changes') }}

),

described as (

    select

        -- ids
        changes.source_system,
        changes.account,
        changes.change_id,
        changes.side,
        changes.entry_id,
        changes.user_id,
        coalesce(changes.customer_id, '') as customer_id,
        changes.project_id,

        -- names: today's; of what is gone the last known
        users.user_name,
        customers.customer_name,
        projects.project_name,

        -- codes
        changes.change_kind,
        changes.changed_columns,
        changes.billable_state,

        -- time
        changes.seen_at,
        changes.started_on,
        cast(date_trunc('month', changes.started_on) as date) as month_starts_on,

        -- amounts
        changes.hours_change,
        case when changes.billable_state in ('billable', 'billed') then changes.hours_change end
            as billable_hours_change,
        changes.currency,
        changes.revenue_change

    from changes
    left join {{ ref('dim_users') }} as users
        using (source_system, account, user_id)
    left join {{ ref('dim_customers') }} as customers
        using (source_system, account, customer_id)
    left join {{ ref('dim_projects') }} as projects
        using (source_system, account, project_id)

)

select * from described
