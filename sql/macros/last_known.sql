{#-
What a list states now, and the last it stated of people until they left the list themselves, or in the
week before, as lists are not all read at once: who is deleted keeps hours, calendar and absences.
`key`: of a row of the list; `people`: who left when, by the columns in `of`.
-#}
{% macro last_known(snapshot, key, people, of) -%}
    select known.*
    from ({{ newest(snapshot, key) }}) as known
    left join {{ ref(people) }} as people
        on {% for name in of %}known.{{ name }} = people.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
    where
        known.deleted_at is null
        or known.deleted_at >= people.deleted_at - interval '7 days'
{%- endmacro %}
