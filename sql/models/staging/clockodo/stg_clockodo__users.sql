with

source as (

    {{ read_accounts('clockodo', 'users') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as user_id,
        cast(teams_id as text) as team_id,
        cast(nonbusiness_groups_id as text) as nonbusiness_group_id,
        cast(creator as text) as creator_user_id,
        cast(boss as text) as boss_user_id,
        cast(work_time_regulations_id as text) as work_time_regulation_id,
        cast(bill_service_id as text) as bill_service_id,

        -- names
        cast(name as text) as user_name,
        cast(initials as text) as initials,
        cast(number as text) as user_number,
        cast(email as text) as email,
        cast(role as text) as role,
        cast(language as text) as language,
        cast(timezone as text) as time_zone,

        -- codes
        active as is_active,
        weekstart_monday as is_week_from_monday,
        weekend_friday as is_weekend_friday,
        timeformat_12h as is_clock_of_12_hours,
        cast(wage_type as bigint) as wage_type_code,
        future_coworker as is_future_coworker,
        can_generally_see_absences,
        can_generally_manage_absences,
        can_add_customers,
        default_target_hours as has_default_target_hours,
        default_holidays_count as has_default_vacation,
        exempt_from_flextime as is_exempt_from_flextime,
        default_work_time_regulation as has_default_work_time_regulation,
        edit_lock_sync as is_entry_lock_of_company,
        budget_notifications as is_told_of_budgets,

        -- numerics
        cast(edit_lock_dyn as bigint) as entries_locked_after_days,
        cast(work_time_edit_lock_days as bigint) as work_times_locked_after_days,

        -- days
        start_date as joined_on,
        exit_date as left_on,
        edit_lock as entries_locked_until_on,

        -- instants
        created_at,

        -- lists
        cast(absence_managers_id as text) as absence_manager_user_ids,
        cast(access_groups_ids as text) as access_group_ids

    from source

)

select * from renamed
