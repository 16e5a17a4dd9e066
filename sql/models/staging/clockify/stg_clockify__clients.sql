with

source as (

    {{ read_accounts('clockify', 'clients') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as client_id,
        cast(currency_id as text) as currency_id,

        -- names
        cast(name as text) as client_name,
        cast(email as text) as email,
        cast(address as text) as address,
        cast(note as text) as note,
        cast(currency_code as text) as currency,

        -- codes
        archived as is_archived,

        -- lists
        cast(cc_emails as text) as cc_emails

    from source

)

select * from renamed
