{#- The newest state of each row of a snapshot; `deleted_at` is null where the tracker still has it. -#}
{% macro newest(snapshot, key) -%}
    select
        *,
        dbt_valid_to at time zone 'UTC' as deleted_at
    from (
        select
            *,
            row_number() over (
                partition by account, {{ key }}
                order by
                    dbt_valid_from desc,
                    case when dbt_valid_to is null then 0 else 1 end,
                    dbt_valid_to desc
            ) as age
        from {{ ref(snapshot) }}
    ) as states
    where age = 1
{%- endmacro %}
