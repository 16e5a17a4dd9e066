with

source as (

    {{ read_accounts('clockify', 'invoices') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as invoice_id,
        cast(client_id as text) as client_id,

        -- names
        cast(number as text) as invoice_number,
        cast(client_name as text) as client_name,
        cast(currency as text) as currency,

        -- codes
        cast(status as text) as invoice_status,

        -- numerics
        cast(amount as decimal(18, 6)) as amount_cents,
        cast(paid as decimal(18, 6)) as paid_cents,
        cast(balance as decimal(18, 6)) as balance_cents,

        -- instants
        issued_date as issued_at,
        due_date as due_at

    from source

)

select * from renamed
