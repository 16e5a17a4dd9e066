with

source as (

    {{ read_accounts('clockodo', 'nonbusiness_groups') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as nonbusiness_group_id,

        -- names
        cast(name as text) as nonbusiness_group_name,

        -- codes
        company_default as is_company_default

    from source

)

select * from renamed
