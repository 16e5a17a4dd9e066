{% for system in var('systems') %}
select * from {{ ref('int_' ~ system ~ '__time_entries') }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
