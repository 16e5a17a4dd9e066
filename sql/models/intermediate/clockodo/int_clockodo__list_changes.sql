{% set target_hours = ['type_code', 'monthly_hours', 'is_test_data'] %}
{% set default_hours = [] %}
{% for day in ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] %}
{% do target_hours.extend(['is_' ~ day ~ '_workday', day ~ '_hours']) %}
{% do default_hours.append('default_' ~ day ~ '_hours') %}
{% endfor %}
{% set budget = [
    'revenue_factor', 'billed_money', 'is_billed_completely', 'budget_amount', 'is_budget_of_money',
    'is_budget_hard', 'deadline_on', 'is_active', 'is_completed'
] %}
with

first_builds as (

    {{ first_builds(['clockodo']) }}

),

changes as (

    {{ list_changes('clockodo', {
        'users': {
            'key': ['user_id'], 'user': 'user_id',
            'says': [
                'team_id', 'time_zone', 'is_active', 'joined_on', 'left_on',
                'has_default_target_hours'
            ]
        },
        'company': {'key': ['company_id'], 'says': ['time_zone', 'currency'] + default_hours},
        'teams': {'key': ['team_id'], 'says': ['team_name']},
        'target_hours': {
            'key': ['target_hours_id'], 'user': 'user_id',
            'says': ['valid_from_on', 'valid_until_on'] + target_hours
        },
        'absences': {
            'key': ['absence_id'], 'user': 'user_id',
            'says': ['starts_on', 'ends_on', 'days', 'hours', 'type_code', 'status_code']
        },
        'users_nonbusiness_days': {
            'key': ['user_id', 'nonbusiness_day_id', 'date_day'], 'user': 'user_id',
            'says': ['date_day', 'nonbusiness_day_name', 'is_half_day']
        },
        'rates': {
            'key': ["coalesce(rate_id, 'at ' || cast(position as text))"],
            'says': ['hourly_rate', 'customer_ids', 'project_ids', 'service_ids', 'user_ids']
        },
        'lump_sum_services': {
            'key': ['lump_sum_service_id'], 'says': ['lump_sum_service_name', 'unit_price']
        },
        'projects': {
            'key': ['project_id'], 'says': ['project_name', 'customer_id'] + budget
        },
        'subprojects': {
            'key': ['subproject_id'], 'says': ['subproject_name', 'project_id'] + budget
        }
    }) }}

)

select * from changes
