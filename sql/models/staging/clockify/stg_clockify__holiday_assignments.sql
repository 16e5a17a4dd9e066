with

source as (

    {{ read_accounts('clockify', 'holiday_assignments') }}

),

renamed as (

    select

        -- ids
        account,
        cast(workspace_id as text) as workspace_id,
        cast(holiday_id as text) as holiday_id,
        cast(assignee_id as text) as assignee_id,
        cast(case when assignee_type = 'user' then assignee_id end as text) as user_id,
        cast(case when assignee_type = 'user_group' then assignee_id end as text)
            as user_group_id,

        -- codes
        cast(assignee_type as text) as assignee_type

    from source

)

select * from renamed
