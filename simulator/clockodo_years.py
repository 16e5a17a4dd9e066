"""What is computed for a year: calendars and user reports."""

from datetime import datetime
from zoneinfo import ZoneInfo

from simulator import holidays, reports
from simulator.clockodo_params import wrong
from simulator.clockodo_rows import nonbusiness_day
from simulator.clockodo_view import View, forbidden, not_found, page_of
from simulator.store import Row
from simulator.written import encode

INSTANTS = {"work_start", "work_end", "since", "until"}
FIRST_YEAR, LAST_YEAR = 2000, 2037
# The vendor moves the upper end on from time to time.
FIRST_REPORT, LAST_REPORT = 1910, 2027
LARGEST_PAGE, DEFAULT_PAGE = 100, 50


def year_of(view: View) -> int:
    """Read the year asked for, which is this one unless said otherwise."""
    return view.params.number("year", FIRST_YEAR, LAST_YEAR) or view.world.now.year


def nonbusiness_days(view: View) -> bytes:
    """Answer with the days of a year, of all groups or of some."""
    groups = view.params.numbers("nonbusiness_group_id")
    found = holidays.of_year(view.world, year_of(view), groups)
    return encode({"data": [nonbusiness_day(view, rule, day.isoformat()) for day, rule in found]})


def users_nonbusiness_days(view: View) -> bytes:
    """Answer with the days of a year, person by person."""
    year, wanted = year_of(view), view.params.numbers("filter[users_id]")
    page = page_of(view, LARGEST_PAGE, DEFAULT_PAGE)
    people = [
        key
        for key in view.world.tables["users"]
        if view.sees_person(key) and (wanted is None or key in wanted)
    ]
    data = [{"users_id": key, "days": days_of(view, key, year)} for key in page.cut(people)]
    return encode({"paging": page.block(view, len(people)), "data": data})


def days_of(view: View, users_id: int, year: int) -> list[Row]:
    """One person's days."""
    found = holidays.of_user(view.world, users_id, year)
    return [nonbusiness_day(view, rule, day.isoformat()) for day, rule in found]


def user_reports(view: View) -> bytes:
    """Answer with the reports of a year; a year before the company has none."""
    year, kind = asked(view)
    worked = reports.worked_in(view.world, year)
    rows = [
        reports.report(view.world, user["id"], year, kind, worked)
        for user in view.world.rows("users")
        if view.sees_person(user["id"]) and reports.employed_in(view.world, user, year)
    ]
    return encode({"userreports": [in_local_time(view, row) for row in rows]})


def user_report(view: View, users_id: int) -> bytes:
    """Answer with one person's report."""
    year, kind = asked(view)
    if users_id not in view.world.tables["users"]:
        raise not_found()
    if not view.sees_person(users_id):
        raise forbidden()
    worked = reports.worked_in(view.world, year)
    row = reports.report(view.world, users_id, year, kind, worked)
    return encode({"userreport": in_local_time(view, row)})


def in_local_time(view: View, row: Row) -> Row:
    """Write instants as this old endpoint does without the header: local time of the key owner."""
    if not view.utc_header:
        zone = ZoneInfo(view.world.tables["users"][view.me]["timezone"])
        for month in row["month_details"] or []:
            for week in month["week_details"] or []:
                for day in week["day_details"] or []:
                    for part in (day, *day.get("breaks", ())):
                        localise(part, zone)
    return row


def localise(part: Row, zone: ZoneInfo) -> None:
    """Rewrite the instants of a day or of a break."""
    for key in INSTANTS & part.keys():
        if part[key]:
            part[key] = f"{datetime.fromisoformat(part[key]).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def asked(view: View) -> tuple[int, int]:
    """Read year and depth of a report."""
    view.params.need("year")
    year = view.params.number("year", FIRST_REPORT, LAST_REPORT)
    kind = view.params.number("type", 0, reports.DAYS_WITH_TIMES)
    if year is None:
        raise wrong("year")
    return year, kind or 0
