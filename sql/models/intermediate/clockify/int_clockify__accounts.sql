with

accounts as (

    {{ account_labels('clockify') }}

),

identities as (

    select
        *,
        row_number() over (partition by account order by ended_at desc) as age
    from {{ ref('stg_clockify__api_identity') }}
    where has_loaded

),

-- Workspaces of one key that differ have no currency in common.
currencies as (

    select
        account,
        case when count(distinct currency) = 1 then max(currency) end as currency
    from {{ ref('int_clockify__workspaces') }}
    group by account

),

neutral as (

    select
        'clockify' as source_system,
        accounts.account,
        coalesce(identities.time_zone, 'UTC') as time_zone,
        coalesce(currencies.currency, 'XXX') as currency -- ISO 4217 for none
    from accounts
    left join identities
        on accounts.account = identities.account and identities.age = 1
    left join currencies
        on accounts.account = currencies.account

)

select * from neutral
