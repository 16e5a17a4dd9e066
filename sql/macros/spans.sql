{#-
Spans of days from states of people that a build has seen: of several on one day the last counts,
the first known counts for all days before, and each until the day on which the next was seen.
-#}
{% macro spans(states) -%}
    select
        *,
        case
            when seen_on > min(seen_on) over (partition by account, user_id) then seen_on
            else cast('0001-01-01' as date)
        end as valid_from_on,
        coalesce(
            lead(seen_on) over (partition by account, user_id order by seen_on),
            cast('9999-12-31' as date)
        ) as valid_before_on
    from (
        select
            *,
            row_number() over (
                partition by account, user_id, seen_on
                order by
                    dbt_valid_from desc,
                    case when dbt_valid_to is null then 0 else 1 end,
                    dbt_valid_to desc
            ) as age
        from {{ states }}
    ) as days
    where age = 1
{%- endmacro %}
