{#- Whole seconds from an instant to now, 0 where it lies ahead, in whatever zone a session is. -#}
{% macro seconds_since(instant) -%}
    greatest(
        cast(0 as decimal(18, 6)),
        cast(
            floor(extract(epoch from {{ as_of() }}) - extract(epoch from {{ instant }}))
            as decimal(18, 6)
        )
    )
{%- endmacro %}
