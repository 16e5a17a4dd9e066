{#-
A number rounded to so many digits, alike on all engines: some divide in floating point, whose noise
would decide where a half is rounded to.
-#}
{% macro rounded(value, digits=2) -%}
    cast(cast({{ value }} as decimal(38, 10)) as decimal(18, {{ digits }}))
{%- endmacro %}
