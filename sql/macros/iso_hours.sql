{#-
Hours of a duration as ISO 8601 writes it, PT7H30M say, which only some engines read. Null where it is
written otherwise.
-#}
{% macro iso_hours(duration) -%}
    cast(
        case
            when {{ duration }} ~ '^PT(-?[0-9.]+[HMS])+$'
                then {{ _seconds_by_letter(duration) if execute and target.type == 'spark'
                    else _seconds_in_words(duration) }} / 3600
        end as decimal(18, 6)
    )
{%- endmacro %}

{#- As an interval, whose words engines agree on. -#}
{% macro _seconds_in_words(duration) -%}
    {%- set words = namespace(text=duration) -%}
    {%- for letters, word in [('PT', ''), ('H', ' hours '), ('M', ' minutes '), ('S', ' seconds ')] -%}
        {%- set words.text = "replace(" ~ words.text ~ ", '" ~ letters ~ "', '" ~ word ~ "')" -%}
    {%- endfor -%}
    extract(epoch from cast({{ words.text }} as interval))
{%- endmacro %}

{#- Where an interval has no seconds to ask for. -#}
{% macro _seconds_by_letter(duration) -%}
    (
        {%- for letter, seconds in [('H', 3600), ('M', 60), ('S', 1)] -%}
        coalesce(cast(
            nullif(regexp_extract({{ duration }}, '(-?[0-9.]+){{ letter }}', 1), '') as double
        ), 0) * {{ seconds }}
        {{- ' + ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
