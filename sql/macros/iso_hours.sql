{#-
Hours of a duration as ISO 8601 writes it, PT7H30M say, which only some engines read. Null where it is
written otherwise.
-#}
{% macro iso_hours(duration) -%}
    {%- set words = namespace(text=duration) -%}
    {%- for letters, word in [('PT', ''), ('H', ' hours '), ('M', ' minutes '), ('S', ' seconds ')] -%}
        {%- set words.text = "replace(" ~ words.text ~ ", '" ~ letters ~ "', '" ~ word ~ "')" -%}
    {%- endfor -%}
    cast(
        case
            when {{ duration }} ~ '^PT(-?[0-9.]+[HMS])+$'
                then extract(epoch from cast({{ words.text }} as interval)) / 3600
        end as decimal(18, 6)
    )
{%- endmacro %}
