with

entries as (

    select * from {{ ref('int_time_entries_valued') }}
    where not is_test_data

),

teams as (

    select * from {{ ref('int_user_teams_named') }}

),

described as (

    select

        -- ids
        entries.source_system,
        entries.account,
        entries.entry_id,
        entries.entry_kind,
        entries.user_id,
        teams.team_id,
        entries.customer_id,
        entries.project_id,
        entries.service_id,

        -- names: today's; of what is gone the last known
        users.user_name,
        teams.team_name,
        customers.customer_name,
        projects.project_name,
        services.service_name,

        -- time
        entries.started_at,
        entries.ended_at,
        entries.started_on,
        entries.user_time_zone,
        entries.is_running,
        entries.counted_seconds as duration_seconds,
        entries.hours,
        entries.billable_state,
        entries.is_billable,
        entries.billable_hours,

        -- money
        entries.currency,
        entries.hourly_rate,
        entries.lump_sum_amount,
        entries.is_price_assumed,
        entries.is_open_hard_budget,
        entries.revenue_stated,
        entries.revenue,
        entries.provisional_revenue,
        entries.standard_value,
        case
            when entries.entry_kind = 'time'
                then {{ rounded('entries.revenue / nullif(entries.hours, 0)', 6) }}
        end as effective_rate

    from entries
    left join {{ ref('dim_users') }} as users
        using (source_system, account, user_id)
    left join {{ ref('dim_customers') }} as customers
        using (source_system, account, customer_id)
    left join {{ ref('dim_projects') }} as projects
        using (source_system, account, project_id)
    left join {{ ref('dim_services') }} as services
        using (source_system, account, service_id)
    left join teams
        on
            entries.source_system = teams.source_system
            and entries.account = teams.account
            and entries.user_id = teams.user_id
            and entries.started_on >= teams.valid_from_on
            and entries.started_on < teams.valid_before_on

)

select * from described
