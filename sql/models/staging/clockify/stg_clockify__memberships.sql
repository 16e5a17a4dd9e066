with

source as (

    {{ read_accounts('clockify', 'memberships') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(user_id as text) as user_id,
        cast(target_id as text) as target_id,

        -- names
        cast(hourly_rate__currency as text) as hourly_rate_currency,
        cast(cost_rate__currency as text) as cost_rate_currency,

        -- codes
        cast(membership_type as text) as membership_type,
        cast(membership_status as text) as membership_status,

        -- numerics
        cast(hourly_rate__amount as decimal(18, 6)) as hourly_rate_cents,
        cast(cost_rate__amount as decimal(18, 6)) as cost_rate_cents

    from source

)

select * from renamed
