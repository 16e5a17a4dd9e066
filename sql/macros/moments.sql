{#-
Each moment at which something of a key became known otherwise, and the moment of the next, in UTC.
The first is that of the account's first build (`first_builds`): of what appeared later there was nothing
until then.
-#}
{% macro moments(snapshots, keys) -%}
    select
        *,
        lead(known_from) over (partition by {{ keys | join(', ') }} order by known_from) as known_until
    from (
        {% for snapshot in snapshots %}
        {% for moment in ['first_from', 'dbt_valid_from', 'coalesce(dbt_valid_to, dbt_valid_from)'] %}
        select {{ keys | join(', ') }}, {{ moment }} as known_from
        from {{ ref(snapshot) }}
        inner join first_builds
            using (source_system, account)
        {{ 'union' if not loop.last }}
        {% endfor %}
        {{ 'union' if not loop.last }}
        {% endfor %}
    ) as known_moments
{%- endmacro %}

{#- Joins to each moment what was known of its key then. -#}
{% macro known_then(state, moments, keys) -%}
    {% for key in keys %}
    {{ moments }}.{{ key }} = {{ state }}.{{ key }}
    and
    {% endfor %}
    {{ moments }}.known_from >= {{ state }}.dbt_valid_from
    and ({{ state }}.dbt_valid_to is null or {{ moments }}.known_from < {{ state }}.dbt_valid_to)
{%- endmacro %}
