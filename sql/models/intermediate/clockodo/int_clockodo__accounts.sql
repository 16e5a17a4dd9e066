with

accounts as (

    {{ account_labels('clockodo') }}

),

neutral as (

    select
        'clockodo' as source_system,
        accounts.account,
        coalesce(company.time_zone, 'UTC') as time_zone,
        coalesce(company.currency, 'XXX') as currency -- ISO 4217 for none
    from accounts
    left join {{ ref('stg_clockodo__company') }} as company
        on accounts.account = company.account

)

select * from neutral
