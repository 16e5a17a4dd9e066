"""The server's own figures on people: targets, hours, balances and absences.

Times are seconds and absences are days, both as numbers that may have fractions.
"""

from api_extract.resource import Resource
from api_extract.tables import Column, Table
from clockodo_source.nested import user_reports

_ABSENCES = {
    "regular_holidays": "vacation",
    "sick_self": "sickness",
    "sick_child": "a sick child",
    "special_leaves": "special leave",
    "school": "school or training",
    "maternity_protection": "maternity protection",
    "home_office": "home office, which is work",
    "out_of_office": "work out of the office",
    "quarantine": "quarantine",
    "military_service": "military or alternative service",
}
_SURCHARGES = {
    "saturday": "on Saturdays",
    "sunday": "on Sundays",
    "nonbusiness": "on free days",
    "nonbusiness_special": "on free days with the special surcharge",
    "night": "at night",
    "night_increased": "in the part of the night with the increased surcharge",
}

_USER = Column("users_id", "bigint", "The person it is about.")
_YEAR = Column("year", "bigint", "The calendar year asked for; not sent, but known.")
_MONTH = Column("month", "bigint", "Month of the year, 1 to 12.")
_SURCHARGE_SECONDS = tuple(
    Column(f"surcharges__{kind}", "double", f"Seconds worked {when}, for surcharges.")
    for kind, when in _SURCHARGES.items()
)


def _absence_days(prefix: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{prefix}__{kind}", "double", f"Days of {what}.", personal=True)
        for kind, what in _ABSENCES.items()
    )


USER_REPORTS = Table(
    name="user_reports",
    key=("users_id", "year"),
    columns=(
        _USER,
        _YEAR,
        Column("users_name", "text", "Full name when the report was read.", personal=True),
        Column("users_number", "text", "Personnel number; null: none.", personal=True),
        Column("users_email", "text", "Login e-mail address.", personal=True),
        Column("sum_target", "double", "Seconds due after free days and absences."),
        Column("sum_hours", "double", "Seconds worked, automatic settlements included."),
        Column("sum_reduction_used", "double", "Seconds of overtime taken as time off."),
        Column("sum_reduction_planned", "double", "Seconds of overtime still to be taken."),
        Column("overtime_carryover", "double", "Seconds brought over from the year before."),
        Column("overtime_reduced", "double", "Seconds paid out or withdrawn."),
        Column("diff", "double", "Balance of the time account, in seconds."),
        Column("holidays_quota", "double", "Days of vacation due for the year."),
        Column("holidays_carry", "double", "Days of vacation brought over from the year before."),
        Column("workdays", "double", "Days of work in the year."),
        *_absence_days("sum_absence"),
        *_SURCHARGE_SECONDS,
    ),
    description="The server's figures on a person and year. One row per person and year.",
    window="year",
    person="users_id",
)

USER_REPORT_MONTHS = Table(
    name="user_report_months",
    key=("users_id", "year", "month"),
    columns=(
        _USER,
        _YEAR,
        _MONTH,
        Column("sum_target", "double", "Seconds due after free days and absences."),
        Column("sum_hours", "double", "Seconds worked, automatic settlements included."),
        Column(
            "sum_hours_without_compensation",
            "double",
            "Seconds worked before the month's automatic settlement.",
        ),
        Column("sum_reduction_used", "double", "Seconds of overtime taken as time off."),
        Column("sum_overtime_reduced", "double", "Seconds paid out or withdrawn."),
        Column("diff", "double", "Change of the time account, in seconds."),
        *_SURCHARGE_SECONDS,
    ),
    description="The server's figures on a person and month. One row per person and month.",
    window="year",
    person="users_id",
)

USER_REPORT_DAYS = Table(
    name="user_report_days",
    key=("users_id", "year", "date"),
    columns=(
        _USER,
        _YEAR,
        _MONTH,
        Column("week", "bigint", "Week of the year by ISO 8601."),
        Column("date", "date", "The local day."),
        Column("weekday", "bigint", "Day of the week as the server numbers it."),
        Column("nonbusiness", "bool", "The day is free by the person's calendar."),
        Column("target", "double", "Seconds due after free days and absences."),
        Column("target_raw", "double", "Seconds due before free days and absences."),
        Column("hours", "double", "Seconds worked; absent for days to come."),
        Column(
            "hours_without_compensation",
            "double",
            "Seconds worked before the day's automatic settlement; absent for days to come.",
        ),
        Column(
            "diff", "double", "Change of the time account, in seconds; absent for days to come."
        ),
        Column("count_reduction_used", "double", "Seconds of overtime taken as time off."),
        *_absence_days("count_absence"),
        *_SURCHARGE_SECONDS,
        Column("work_start", "timestamp", "Begin of presence; reports of type 4 only."),
        Column("work_end", "timestamp", "End of presence; reports of type 4 only."),
        Column("breaks", "json", "Breaks, since, until and seconds; reports of type 4 only."),
    ),
    description="The server's figures on a person and day. One row per person and day.",
    window="year",
    person="users_id",
)

REPORTS = (
    Resource(
        name="user_reports",
        path="/userreports",
        envelopes=("userreports",),
        page_size=0,
        tables=(USER_REPORTS, USER_REPORT_MONTHS, USER_REPORT_DAYS),
        changes=(
            "Computed by the server at each request, so any edit of the past shows in it; years "
            "are asked for and replaced, down to the day."
        ),
        reading="years",
        follows=(
            *("company", "users", "absences", "target_hours", "holidays_quota", "holidays_carry"),
            *("overtime_carry", "overtime_reductions", "entries", "users_nonbusiness_days"),
        ),
        params=(("type", "3"),),  # year, months, weeks and days, without the times of presence
        split=user_reports,
        optional=True,
    ),
)
