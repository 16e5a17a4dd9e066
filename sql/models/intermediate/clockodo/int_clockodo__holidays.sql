with

nonbusiness_days as (

    {{ last_known(
        'snap_clockodo__users_nonbusiness_days', 'user_id, nonbusiness_day_id, date_day',
        'int_clockodo__users', ['account', 'user_id']
    ) }}

),

-- Two rules may name the same day; it is free once.
neutral as (

    select
        'clockodo' as source_system,
        account,
        user_id,
        date_day,
        max(cast(case when is_half_day then 0.5 else 1 end as decimal(18, 6))) as day_share
    from nonbusiness_days
    group by account, user_id, date_day

)

select * from neutral
