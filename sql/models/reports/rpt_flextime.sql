{% set periods = ['month', 'year'] %}
with

accounts as (

    select * from {{ ref('int_time_accounts') }}

),

-- Our own figures stand beside the tracker's as a check; no balance is computed from them.
own as (

    {% for period in periods %}
    select
        source_system,
        account,
        user_id,
        '{{ period }}' as period,
        cast(date_trunc('{{ period }}', date_day) as date) as period_starts_on,
        sum(gross_target_hours - holiday_hours - credited_absence_hours) as target_hours,
        sum(case when has_begun then worked_seconds else 0 end) / 3600.0 as worked_hours
    from {{ ref('fct_capacity_days') }}
    group by source_system, account, user_id, cast(date_trunc('{{ period }}', date_day) as date)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

rounded as (

    select

        -- who and when
        accounts.source_system,
        accounts.account,
        accounts.user_id,
        users.user_name,
        users.team_name,
        accounts.period,
        accounts.period_starts_on,

        -- hours as the tracker states them
        {{ rounded('accounts.target_seconds / 3600') }} as target_hours,
        {{ rounded('accounts.worked_seconds / 3600') }} as worked_hours,
        {{ rounded('accounts.overtime_taken_seconds / 3600') }} as overtime_taken_hours,
        {{ rounded('accounts.overtime_planned_seconds / 3600') }}
            as overtime_planned_hours,
        {{ rounded('accounts.paid_out_seconds / 3600') }} as paid_out_hours,
        {{ rounded('accounts.carried_over_seconds / 3600') }} as carried_over_hours,
        {{ rounded('accounts.balance_change_seconds / 3600') }} as balance_change_hours,
        {{ rounded('accounts.balance_seconds / 3600') }} as balance_hours,

        -- days as the tracker states them
        {{ rounded('accounts.vacation_due_days') }} as vacation_due_days,
        {{ rounded('accounts.vacation_carried_over_days') }}
            as vacation_carried_over_days,
        {{ rounded('accounts.vacation_taken_days') }} as vacation_taken_days,

        -- hours as computed here
        {{ rounded('own.target_hours') }} as own_target_hours,
        {{ rounded('own.worked_hours') }} as own_worked_hours

    from accounts
    left join {{ ref('dim_users') }} as users
        on
            accounts.source_system = users.source_system
            and accounts.account = users.account
            and accounts.user_id = users.user_id
    left join own
        on
            accounts.source_system = own.source_system
            and accounts.account = own.account
            and accounts.user_id = own.user_id
            and accounts.period = own.period
            and accounts.period_starts_on = own.period_starts_on

)

select * from rounded
