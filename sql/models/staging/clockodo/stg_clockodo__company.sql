with

source as (

    {{ read_accounts('clockodo', 'company') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as company_id,
        cast(default_customers_id as text) as default_customer_id,
        cast(default_services_id as text) as default_service_id,
        cast(nonbusiness_group_default as text) as default_nonbusiness_group_id,
        cast(worktime_regulation_default as text) as default_work_time_regulation_id,

        -- names
        cast(name as text) as company_name,
        cast(timezone_default as text) as time_zone,
        cast(currency as text) as currency,
        cast(worktime_evaluate_regulations_since as text) as work_time_regulations_checked_since,

        -- codes
        allow_entries_text_multiline,
        allow_entries_for_customers,
        allow_entry_overlaps,
        force_linked_entry_times,
        module_absence as has_module_absence,
        module_work_time as has_module_work_time,
        module_target_hours as has_module_target_hours,
        module_user_reports as has_module_user_reports,
        module_project_times as has_module_project_times,
        module_entries_texts as has_module_entries_texts,
        onboarding_complete as is_onboarding_complete,
        cast(worktime_force_breaks as bigint) as forced_breaks_code,
        absence_reduces_target_hours as is_target_reduced_by_absence,

        -- numerics
        cast(holidays_count_default as decimal(18, 6)) as default_vacation_days,
        cast(compensate_day_default as decimal(18, 6)) as default_compensated_minutes_a_day,
        cast(compensate_month_default as decimal(18, 6)) as default_compensated_hours_a_month,
        cast(target_hours_default__monday as decimal(18, 6)) as default_monday_hours,
        cast(target_hours_default__tuesday as decimal(18, 6)) as default_tuesday_hours,
        cast(target_hours_default__wednesday as decimal(18, 6)) as default_wednesday_hours,
        cast(target_hours_default__thursday as decimal(18, 6)) as default_thursday_hours,
        cast(target_hours_default__friday as decimal(18, 6)) as default_friday_hours,
        cast(target_hours_default__saturday as decimal(18, 6)) as default_saturday_hours,
        cast(target_hours_default__sunday as decimal(18, 6)) as default_sunday_hours

    from source

)

select * from renamed
