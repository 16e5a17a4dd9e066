with

source as (

    {{ read_accounts('clockodo', 'target_hours') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as target_hours_id,
        cast(users_id as text) as user_id,
        cast(surcharge_models_id as text) as surcharge_model_id,

        -- codes
        cast(type as text) as type_code,
        workday_monday as is_monday_workday,
        workday_tuesday as is_tuesday_workday,
        workday_wednesday as is_wednesday_workday,
        workday_thursday as is_thursday_workday,
        workday_friday as is_friday_workday,
        workday_saturday as is_saturday_workday,
        workday_sunday as is_sunday_workday,
        absence_fixed_credit as is_absence_credit_fixed,
        coalesce(test_data, false) as is_test_data,

        -- numerics
        cast(monday as decimal(18, 6)) as monday_hours,
        cast(tuesday as decimal(18, 6)) as tuesday_hours,
        cast(wednesday as decimal(18, 6)) as wednesday_hours,
        cast(thursday as decimal(18, 6)) as thursday_hours,
        cast(friday as decimal(18, 6)) as friday_hours,
        cast(saturday as decimal(18, 6)) as saturday_hours,
        cast(sunday as decimal(18, 6)) as sunday_hours,
        cast(monthly_target as decimal(18, 6)) as monthly_hours,
        cast(compensation_daily as decimal(18, 6)) as compensated_minutes_a_day,
        cast(compensation_monthly as decimal(18, 6)) as compensated_hours_a_month,

        -- days
        date_since as valid_from_on,
        date_until as valid_until_on

    from source

)

select * from renamed
