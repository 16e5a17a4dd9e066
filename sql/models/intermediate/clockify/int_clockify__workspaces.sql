with

workspaces as (

    {{ newest('snap_clockify__workspaces', 'workspace_id') }}

),

defaults as (

    select
        workspaces.account,
        workspaces.workspace_id,
        max(currencies.currency ->> 'code') as currency
    from workspaces
    cross join {{ json_elements('workspaces.currencies') }} as currencies (currency)
    where (currencies.currency ->> 'isDefault') = 'true'
    group by workspaces.account, workspaces.workspace_id

),

described as (

    select
        workspaces.account,
        workspaces.workspace_id,
        coalesce(defaults.currency, workspaces.hourly_rate_currency) as currency,
        workspaces.working_days,
        workspaces.is_rate_hidden
    from workspaces
    left join defaults
        on
            workspaces.account = defaults.account
            and workspaces.workspace_id = defaults.workspace_id

)

select * from described
