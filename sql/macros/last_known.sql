{#-
What a list states now, and what it stated of people until they left the list themselves, or in the
week before, as lists are not all read at once: who is deleted keeps hours, calendar and absences.
-#}
{% macro last_known(system, table) -%}
    select known.*
    from {{ ref('snap_' ~ system ~ '__' ~ table) }} as known
    left join {{ ref('int_' ~ system ~ '__users') }} as users
        on known.account = users.account and known.user_id = users.user_id
    where
        known.dbt_valid_to is null
        or known.dbt_valid_to at time zone 'UTC' >= users.deleted_at - interval '7 days'
{%- endmacro %}
