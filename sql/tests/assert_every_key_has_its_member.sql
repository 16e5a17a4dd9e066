-- Whoever and whatever an entry names is in the dimensions, deleted or not.
{% set members = ['user', 'customer', 'project', 'service'] %}
{% for member in members %}
select
    '{{ member }}' as member,
    entries.source_system,
    entries.account,
    entries.{{ member }}_id as id
from {{ ref('fct_time_entries') }} as entries
left join {{ ref('dim_' ~ member ~ 's') }} as members
    on
        entries.source_system = members.source_system
        and entries.account = members.account
        and entries.{{ member }}_id = members.{{ member }}_id
where entries.{{ member }}_id is not null and members.{{ member }}_id is null
{% if not loop.last %}union all{% endif %}
{% endfor %}
