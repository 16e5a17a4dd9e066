with

source as (

    {{ read_accounts('clockodo', 'reconciliations') }}

),

renamed as (

    select

        -- ids
        account,
        run_id,
        month,
        measure,

        -- codes
        differs as is_different,

        -- amounts
        tracker_value,
        warehouse_value,

        -- time
        as_of as compared_at,
        ended_at

    from source

)

select * from renamed
