with

source as (

    {{ read_accounts('clockify', 'workspaces') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as workspace_id,
        cast(cake_organization_id as text) as organization_id,

        -- names
        cast(name as text) as workspace_name,
        cast(hourly_rate__currency as text) as hourly_rate_currency,
        cast(cost_rate__currency as text) as cost_rate_currency,
        cast(feature_subscription_type as text) as plan_name,
        cast(subdomain__name as text) as subdomain,
        cast(workspace_settings__lock_time_entries as text) as entries_locked_until,
        cast(workspace_settings__lock_time_zone as text) as lock_time_zone,
        cast(workspace_settings__task_label as text) as task_label,
        cast(workspace_settings__project_label as text) as project_label,
        cast(workspace_settings__project_grouping_label as text) as client_label,

        -- codes
        subdomain__enabled as is_subdomain_enabled,
        workspace_settings__time_rounding_in_reports as is_rounded_in_reports,
        workspace_settings__default_billable_projects as is_project_billable_by_default,
        workspace_settings__active_billable_hours as has_billable_hours,
        workspace_settings__only_admins_see_billable_rates as is_rate_hidden,
        workspace_settings__only_admins_see_all_time_entries as is_others_time_hidden,
        workspace_settings__only_admins_see_public_projects_entries
            as is_public_projects_time_hidden,

        -- numerics
        cast(hourly_rate__amount as decimal(18, 6)) as hourly_rate_cents,
        cast(cost_rate__amount as decimal(18, 6)) as cost_rate_cents,

        -- lists
        cast(currencies as text) as currencies,
        cast(features as text) as features,
        cast(workspace_settings__working_days as text) as working_days

    from source

)

select * from renamed
