"""Which days are free, and when people were present."""

from api_extract.resource import Resource
from api_extract.tables import Column, Table
from clockodo_source.nested import change_requests, users_nonbusiness_days, work_times

_USER = Column("users_id", "bigint", "The person it is about.")

NONBUSINESS_GROUPS = Table(
    name="nonbusiness_groups",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the holiday calendar."),
        Column("name", "text", "Name of the holiday calendar."),
        Column("company_default", "bool", "New accounts get it."),
    ),
    description="Holiday calendars, mostly one a region. One row per calendar.",
)

USERS_NONBUSINESS_GROUPS = Table(
    name="users_nonbusiness_groups",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the row."),
        _USER,
        Column("nonbusiness_groups_id", "bigint", "The holiday calendar; null: none."),
        Column("date_since", "date", "First day it holds."),
        Column("date_until", "date", "Last day it holds, included; null: open."),
    ),
    description=(
        "Which holiday calendar holds for whom and when. One row per person and span of days."
    ),
)

_DAY = (
    Column("id", "bigint", "Number of the rule behind the day; the same every year."),
    Column("evaluated_date", "date", "The day itself, in the year asked for."),
    Column("nonbusiness_group_id", "bigint", "The holiday calendar it belongs to."),
    Column(
        "type",
        "text",
        "SPECIAL: known to the server; DISTINCT_ONCE: one date; DISTINCT_RECURRING: every year.",
    ),
    Column("name", "text", "Name of the day, in the language asked for."),
    Column("half_day", "bool", "True: only half of the day is free."),
    Column("surcharge_special", "bool", "Work on it earns the special surcharge."),
    Column("special_id", "bigint", "Which day known to the server; SPECIAL only."),
    Column("day", "bigint", "Day of the month of the rule; not for SPECIAL."),
    Column("month", "bigint", "Month of the rule, 1 to 12; not for SPECIAL."),
    Column("year", "bigint", "Year of the rule; DISTINCT_ONCE only."),
)

NONBUSINESS_DAYS = Table(
    name="nonbusiness_days",
    key=("id", "evaluated_date"),
    columns=_DAY,
    description="Free days of each holiday calendar. One row per rule and year.",
    window="evaluated_date",
)

USERS_NONBUSINESS_DAYS = Table(
    name="users_nonbusiness_days",
    key=("users_id", "id", "evaluated_date"),
    columns=(_USER, *_DAY),
    description=(
        "Free days of each person, changes of calendar considered. One row per person, rule and "
        "year."
    ),
    window="evaluated_date",
    person="users_id",
)

WORK_TIMES = Table(
    name="work_times",
    key=("users_id", "date"),
    columns=(
        _USER,
        Column("date", "date", "The local day."),
        Column("offset", "bigint", "Seconds of work beside the intervals; days before 2023 only."),
    ),
    description="Days on which somebody was present. One row per person and day.",
    window="date",
    per="users_id",
    person="users_id",
)

WORK_TIME_INTERVALS = Table(
    name="work_time_intervals",
    key=("users_id", "date", "time_since"),
    columns=(
        _USER,
        Column("date", "date", "The local day to which the interval counts."),
        Column("time_since", "timestamp", "Begin of presence."),
        Column("time_until", "timestamp", "End of presence; null while it lasts."),
    ),
    description="Spans of presence. One row per person, day and begin.",
    window="date",
    per="users_id",
    person="users_id",
)

WORK_TIME_CHANGE_REQUESTS = Table(
    name="work_time_change_requests",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the request."),
        _USER,
        Column("date", "date", "The local day that is to be changed."),
        Column("status", "bigint", "1 requested, 2 declined; approved ones are no longer listed."),
        Column("created_at", "timestamp", "When it was asked for."),
        Column("declined_at", "timestamp", "When it was declined; null: open."),
        Column("declined_by", "bigint", "The person who declined; null: open."),
    ),
    description="Changes of presence that await a decision or were declined. One row per request.",
)

WORK_TIME_CHANGE_REQUEST_CHANGES = Table(
    name="work_time_change_request_changes",
    key=("work_time_change_requests_id", "position"),
    columns=(
        Column("work_time_change_requests_id", "bigint", "The request it belongs to."),
        Column("position", "bigint", "Place within the request, from 1; not sent, but counted."),
        Column("type", "bigint", "1 the span is to be added, 2 to be removed."),
        Column("time_since", "timestamp", "Begin of the span."),
        Column("time_until", "timestamp", "End of the span."),
    ),
    description="Spans that a request adds or removes. One row per request and span.",
)

CALENDAR = (
    Resource(
        name="nonbusiness_groups",
        path="/v2/nonbusinessGroups",
        envelopes=("data",),
        page_size=0,
        tables=(NONBUSINESS_GROUPS,),
        changes=(
            "Calendars are renamed and deleted without a trace; one answer holds all, so it "
            "replaces all."
        ),
        optional=True,
        fills=True,
    ),
    Resource(
        name="users_nonbusiness_groups",
        path="/v3/usersNonbusinessGroups",
        envelopes=("data",),
        page_size=1000,
        tables=(USERS_NONBUSINESS_GROUPS,),
        changes=(
            "Assignments are edited and deleted without a trace, also for past days; the list is "
            "replaced whole."
        ),
        optional=True,
        fills=True,
    ),
    Resource(
        name="nonbusiness_days",
        path="/v2/nonbusinessDays",
        envelopes=("data",),
        page_size=0,
        tables=(NONBUSINESS_DAYS,),
        changes=(
            "Rules are worked out for one year at a time, and a changed rule changes past years "
            "too; so years are asked for and replaced."
        ),
        reading="years",
        follows=("nonbusiness_groups", "nonbusiness_days"),
        optional=True,
        fills=True,
    ),
    Resource(
        name="users_nonbusiness_days",
        path="/v2/usersNonbusinessDays",
        envelopes=("data",),
        page_size=100,
        tables=(USERS_NONBUSINESS_DAYS,),
        changes=(
            "Worked out by the server from rules and assignments, for one year at a time; so years "
            "are asked for and replaced."
        ),
        reading="years",
        split=users_nonbusiness_days,
        follows=("users", "users_nonbusiness_groups", "nonbusiness_groups", "nonbusiness_days"),
        optional=True,
    ),
    Resource(
        name="work_times",
        path="/v2/workTimes",
        envelopes=("work_time_days",),
        page_size=0,
        tables=(WORK_TIMES, WORK_TIME_INTERVALS),
        changes=(
            "Days are edited at any time and carry no time of change; the server answers for one "
            "person and span only, so these are replaced."
        ),
        reading="person_days",
        split=work_times,
        optional=True,
    ),
    Resource(
        name="work_time_change_requests",
        path="/v2/workTimes/changeRequests",
        envelopes=("change_requests", "data"),
        page_size=1000,
        tables=(WORK_TIME_CHANGE_REQUESTS, WORK_TIME_CHANGE_REQUEST_CHANGES),
        changes=(
            "Approved and withdrawn requests vanish from the list; it is short and replaced whole."
        ),
        params=(("sort[]", "id"),),  # a row added while the list is read lands at its end
        split=change_requests,
        optional=True,
    ),
)
