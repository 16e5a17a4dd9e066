with

source as (

    {{ read_accounts('clockodo', 'projects') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as project_id,
        cast(customers_id as text) as customer_id,

        -- names
        cast(name as text) as project_name,

        -- codes
        active as is_active,
        completed as is_completed,
        budget__monetary as is_budget_of_money,
        budget__hard as is_budget_hard,

        -- numerics
        cast(revenue_factor as decimal(28, 12)) as revenue_factor,
        cast(budget__amount as decimal(18, 6)) as budget_amount

    from source

)

select * from renamed
