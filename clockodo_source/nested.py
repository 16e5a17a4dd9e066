"""Rows within rows become rows of tables of their own, each with the key of its parent.

Nothing is left out but what is named here: keys nobody declared travel with their row.
"""

from api_extract.nested import Row, inner, without
from api_extract.resource import Rows

_WEEK = {"nr", "sum_target", "sum_hours", "sum_reduction_used", "diff", "surcharges", "day_details"}


def company(rows: Rows, _year: int) -> dict[str, Rows]:
    """Return the settings, of which an answer holds one row."""
    return {"company": list(rows)}


def work_times(rows: Rows, _year: int) -> dict[str, Rows]:
    """Sort days into days and the intervals worked on them."""
    return {
        "work_times": [without(day, "intervals") for day in rows],
        "work_time_intervals": [
            {**interval, "users_id": day.get("users_id"), "date": day.get("date")}
            for day in rows
            for interval in inner(day, "intervals")
        ],
    }


def change_requests(rows: Rows, _year: int) -> dict[str, Rows]:
    """Sort requests into requests and the changes they ask for, numbered from 1."""
    return {
        "work_time_change_requests": [without(request, "changes") for request in rows],
        "work_time_change_request_changes": [
            {
                **change,
                "work_time_change_requests_id": request.get("id"),
                "position": position,
            }
            for request in rows
            for position, change in enumerate(inner(request, "changes"), start=1)
        ],
    }


def users_nonbusiness_days(rows: Rows, _year: int) -> dict[str, Rows]:
    """Give each nonbusiness day its person; what else is said of the person stays in `user`."""
    days = []
    for user in rows:
        more = without(user, "users_id", "days")
        of_user = {"users_id": user.get("users_id"), **({"user": more} if more else {})}
        days += [{**day, **of_user} for day in inner(user, "days")]
    return {"users_nonbusiness_days": days}


def user_reports(rows: Rows, year: int) -> dict[str, Rows]:
    """Sort reports into years, months and days; the answer itself does not say the year.

    The sums of a week are those of its days and make no rows.
    """
    reports, months, days = [], [], []
    for report in rows:
        of_user = {"users_id": report.get("users_id"), "year": year}
        details = inner(report, "month_details")
        reports.append({**without(report, "month_details"), **of_user})
        months += [_month(month, of_user) for month in details]
        days += _days(details, of_user)
    return {"user_reports": reports, "user_report_months": months, "user_report_days": days}


def _month(month: Row, of_user: Row) -> Row:
    row = {**without(month, "nr", "week_details"), **of_user, "month": month.get("nr")}
    weeks = inner(month, "week_details")
    if any(week.keys() - _WEEK for week in weeks):
        row["week_details"] = [without(week, *_WEEK - {"nr"}) for week in weeks]
    return row


def _days(months: Rows, of_user: Row) -> Rows:
    """Return each day once: a week across two months may stand, with all its days, in both."""
    days: dict[str, Row] = {}
    for month in months:
        for week in inner(month, "week_details"):
            for day in inner(week, "day_details"):
                date, nr = str(day.get("date")), month.get("nr")
                if date not in days or date[5:7] == str(nr).zfill(2):
                    days[date] = {**day, **of_user, "month": nr, "week": week.get("nr")}
    return list(days.values())
