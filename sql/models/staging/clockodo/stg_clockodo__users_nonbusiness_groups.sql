with

source as (

    {{ read_accounts('clockodo', 'users_nonbusiness_groups') }}

),

renamed as (

    select

        -- ids
        account,
        cast(id as text) as assignment_id,
        cast(users_id as text) as user_id,
        cast(nonbusiness_groups_id as text) as nonbusiness_group_id,

        -- days
        date_since as valid_from_on,
        date_until as valid_until_on

    from source

)

select * from renamed
