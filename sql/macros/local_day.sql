{#- The calendar day on which an instant falls in a time zone. -#}
{% macro local_day(instant, zone) -%}
    cast({{ instant }} at time zone {{ zone }} as date)
{%- endmacro %}
