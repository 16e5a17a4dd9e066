{% set rates = ['hourly_rate_cents', 'hourly_rate_currency'] %}
with

first_builds as (

    {{ first_builds(['clockify']) }}

),

changes as (

    {{ list_changes('clockify', {
        'workspaces': {
            'key': ['workspace_id'], 'says': rates + ['working_days']
        },
        'users': {
            'key': ['workspace_id', 'user_id'], 'user': 'user_id',
            'says': ['time_zone', 'account_status']
        },
        'member_profiles': {
            'key': ['workspace_id', 'user_id'], 'user': 'user_id',
            'says': ['work_capacity', 'working_days']
        },
        'memberships': {
            'key': ['workspace_id', 'user_id', 'target_id', 'membership_type'], 'user': 'user_id',
            'says': ['membership_status'] + rates
        },
        'user_groups': {
            'key': ['workspace_id', 'user_group_id'], 'says': ['user_group_name']
        },
        'user_group_members': {
            'key': ['workspace_id', 'user_group_id', 'user_id'], 'user': 'user_id',
            'says': ['user_group_id']
        },
        'holidays': {
            'key': ['workspace_id', 'holiday_id'],
            'says': ['holiday_name', 'starts_on', 'ends_on', 'is_annual', 'is_for_everyone']
        },
        'holiday_assignments': {
            'key': ['workspace_id', 'holiday_id', 'assignee_type', 'assignee_id'], 'user': 'user_id',
            'says': ['holiday_id']
        },
        'time_off_requests': {
            'key': ['workspace_id', 'request_id'], 'user': 'user_id',
            'says': [
                'policy_name', 'starts_at', 'ends_at', 'requested_amount', 'time_unit', 'is_half_day',
                'half_of_day', 'request_status'
            ]
        },
        'projects': {
            'key': ['workspace_id', 'project_id'],
            'says': [
                'project_name', 'client_name', 'is_archived', 'estimated_duration', 'has_time_budget',
                'time_budget', 'has_money_budget', 'money_budget_cents'
            ] + rates
        },
        'clients': {'key': ['workspace_id', 'client_id'], 'says': ['client_name', 'currency']},
        'tasks': {
            'key': ['workspace_id', 'task_id'],
            'says': ['task_name', 'task_status', 'estimated_duration', 'money_budget_cents'] + rates
        }
    }) }}

)

select * from changes
