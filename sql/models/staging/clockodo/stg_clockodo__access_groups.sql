with

source as (

    {{ read_accounts('clockodo', 'access_groups') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as access_group_id,

        -- names
        cast(name as text) as access_group_name,

        -- codes
        has_elevated_access,
        has_master_data_access,
        company_default as is_company_default,

        -- lists
        cast(users_ids as text) as user_ids

    from source

)

select * from renamed
