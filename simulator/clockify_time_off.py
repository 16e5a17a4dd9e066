"""Requests for time off, which is what the company's absences once were.

A holiday of half a day has no counterpart: it is told as half a day off, for everybody it concerns.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from simulator import holidays
from simulator.capacity import Availability
from simulator.clockify_calendar import HALF_DAY, IN_HOURS, LARGEST, POLICIES, USUAL, unit, years
from simulator.clockify_ids import dated, hex_id
from simulator.clockify_params import instant_of, invalid, unreadable, words
from simulator.clockify_view import View
from simulator.instants import epoch_of, iso
from simulator.store import OWNER, Row
from simulator.written import encode

STATUSES = {0: "PENDING", 1: "APPROVED", 2: "REJECTED", 3: "WITHDRAWN", 4: "WITHDRAWN"}
# What may be asked for: requests that were taken back come with all the others only.
ASKED = {"PENDING", "APPROVED", "REJECTED", "ALL"}


class TimeOff(NamedTuple):
    """Who is away, from when to when, and how much of it counts, in the unit of the policy."""

    users_id: int
    policy: int
    since: date
    until: date
    spent: float
    half: bool


def list_requests(view: View) -> bytes:
    """Answer with a page of requests, the newest first."""
    body = view.asked.body
    page = view.asked.page_in(body, USUAL, LARGEST)
    statuses, users, groups = (
        set(words(body, name)) for name in ("statuses", "users", "userGroups")
    )
    if not statuses <= ASKED:
        raise invalid(f"Status {min(statuses - ASKED)} is not supported")
    for team in view.world.rows("teams"):
        if view.tenant.id("user_groups", team["id"]) in groups:
            users |= {hex_id("users", users_id) for users_id in team["user_ids"]}
    rows = in_window(view, body, requests(view))
    if statuses and "ALL" not in statuses:
        rows = [row for row in rows if row["status"]["statusType"] in statuses]
    if users:
        rows = [row for row in rows if row["userId"] in users]
    if view.switches.request_status == "bare":
        rows = [{**row, "status": row["status"]["statusType"]} for row in rows]
    return encode({"count": len(rows), "requests": list(page.cut(rows))})


def in_window(view: View, body: Row, rows: list[Row]) -> list[Row]:
    """Filter by when requests were made, or by when the time off is."""
    ends: list[int | None] = []
    for name in ("start", "end"):
        value = body.get(name)
        ends.append(instant_of(value, view.zone) if value else None)
        if value and ends[-1] is None:
            raise unreadable()
    since, before = ends
    created = view.switches.request_window == "created"

    def fits(row: Row) -> bool:
        period = row["timeOffPeriod"]["period"]
        first = epoch_of(row["createdAt"] if created else period["end"])
        last = first if created else epoch_of(period["start"])
        return (since is None or first >= since) and (before is None or last < before)

    return [row for row in rows if fits(row)]


def requests(view: View) -> list[Row]:
    """All requests that may be seen, the newest first; found once for all pages."""
    kept, key = view.tenant.book.requests, (view.is_admin, negative(view), years(view))
    if key not in kept:
        kept[key] = all_requests(view)
    return kept[key]


def all_requests(view: View) -> list[Row]:
    """Tell absences and half holidays as requests."""
    absences = [absence_row(view, row) for row in view.world.rows("absences")]
    people = (user for user in view.world.rows("users") if view.sees(user["id"]))
    halves = [row for user in people for row in half_days(view, user)]
    mine = hex_id("users", view.me)
    rows = [row for row in (*absences, *halves) if view.is_admin or row["userId"] == mine]
    return sorted(rows, key=lambda row: (row["createdAt"], row["id"]), reverse=True)


def absence_row(view: View, row: Row) -> Row:
    """Show an absence as the request it once was."""
    half = row["count_days"] == 0.5  # noqa: PLR2004 - half a day
    spent = row["count_hours"] if row["type"] == IN_HOURS else row["count_days"]
    since, until = (date.fromisoformat(row[key]) for key in ("date_since", "date_until"))
    off = TimeOff(row["users_id"], row["type"], since, until, spent or 0, half)
    decided = row["date_approved"] if row["status"] else None
    status = {
        "statusType": STATUSES[row["status"]],
        "changedAt": f"{decided}T09:00:00Z" if decided else None,
        **changed_by(view, row["approved_by"]),
        "note": None,
    }
    return {
        "id": view.tenant.id("requests", row["id"]),
        **request_row(view, off),
        "status": status,
        "createdAt": f"{row['date_enquired']}T08:00:00Z",
        "note": row["note"],
    }


def changed_by(view: View, users_id: int | None) -> Row:
    """Say who decided."""
    user = view.world.tables["users"].get(users_id or 0)
    return {
        "changedByUserId": hex_id("users", user["id"]) if user else None,
        "changedByUserName": user["name"] if user else None,
    }


def half_days(view: View, user: Row) -> Iterator[Row]:
    """Yield half a day off for each working day that is half a holiday, by however many rules."""
    calendar = Availability(view.world, user["id"])
    founded = f"{view.world.since}T08:00:00Z"
    status = {"statusType": "APPROVED", "changedAt": founded, **changed_by(view, OWNER)}
    for year in years(view):
        for day, rule in dict(holidays.of_user(view.world, user["id"], year)).items():
            works = day >= view.world.since and calendar.gross(day)
            if works and calendar.holiday(day) == 0.5:  # noqa: PLR2004 - half a day
                yield {
                    "id": view.tenant.id("half_days", dated(user["id"], day)),
                    **request_row(view, TimeOff(user["id"], HALF_DAY, day, day, 0.5, half=True)),
                    "status": {**status, "note": None},
                    "createdAt": founded,
                    "note": rule["name"],
                }


def request_row(view: View, off: TimeOff) -> Row:
    """Build what all requests have; the period is the bounds of the person's own days, in UTC."""
    user = view.world.tables["users"][off.users_id]
    zone = ZoneInfo(user["timezone"])
    first = datetime.combine(off.since, time(), zone)
    end = datetime.combine(off.until + timedelta(days=1), time(), zone)
    return {
        "workspaceId": view.tenant.key,
        "userId": hex_id("users", off.users_id),
        "userName": user["name"],
        "userEmail": None if view.tenant.limited(off.users_id) else user["email"],
        "userTimeZone": user["timezone"],
        "policyId": view.tenant.id("policies", off.policy),
        "policyName": POLICIES[off.policy],
        "timeUnit": unit(off.policy),
        "timeOffPeriod": {
            "period": {
                "start": iso(epoch_of(first)),
                "end": iso(epoch_of(end) - 1).replace("Z", ".999Z"),
            },
            "halfDay": off.half,
            "halfDayPeriod": "SECOND_HALF" if off.half else "NOT_DEFINED",
            "halfDayHours": {"start": "13:00", "end": "17:00"} if off.half else None,
        },
        "balanceDiff": -off.spent if negative(view) else off.spent,
        "balance": 0,
        "requesterUserId": hex_id("users", off.users_id),
        "requesterUserName": user["name"],
    }


def negative(view: View) -> bool:
    """Whether what is taken is below zero."""
    return view.switches.request_balance == "negative"
