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

-- Who sees all, in every workspace of the key, is hidden no rate.
identities as (

    select
        account,
        role in ('owner', 'admin') as sees_all,
        row_number() over (partition by account order by ended_at desc) as age
    from {{ ref('stg_clockify__api_identity') }}
    where has_loaded

),

described as (

    select
        workspaces.account,
        workspaces.workspace_id,
        coalesce(defaults.currency, workspaces.hourly_rate_currency) as currency,
        workspaces.working_days,
        workspaces.is_rate_hidden and not coalesce(identities.sees_all, false) as is_rate_hidden
    from workspaces
    left join defaults
        on
            workspaces.account = defaults.account
            and workspaces.workspace_id = defaults.workspace_id
    left join identities
        on workspaces.account = identities.account and identities.age = 1

)

select * from described
