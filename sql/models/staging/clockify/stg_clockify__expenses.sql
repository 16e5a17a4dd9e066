with

source as (

    {{ read_accounts('clockify', 'expenses') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(id as text) as expense_id,
        cast(user_id as text) as user_id,
        cast(category__id as text) as category_id,
        cast(project__id as text) as project_id,
        cast(project__client_id as text) as client_id,
        cast(task__id as text) as task_id,

        -- names
        cast(date as text) as spent_on,
        cast(notes as text) as notes,
        cast(category__name as text) as category_name,
        cast(category__unit as text) as unit_name,
        cast(project__name as text) as project_name,
        cast(project__client_name as text) as client_name,
        cast(task__name as text) as task_name,

        -- codes
        billable as is_billable,
        locked as is_locked,
        category__has_unit_price as has_unit_price,
        category__archived as is_category_archived,

        -- numerics
        cast(quantity as decimal(18, 6)) as quantity,
        cast(total as decimal(18, 6)) as total_cents,
        cast(category__price_in_cents as decimal(18, 6)) as unit_price_cents

    from source

)

select * from renamed
