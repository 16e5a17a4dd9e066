"""The host of the reports: which entries a body asks for, and the detailed report of them.

body -> span in a zone of its own -> entries that meet its filters, kept while pages are turned
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from simulator.clockify_entries import tags_of
from simulator.clockify_ids import hex_id
from simulator.clockify_params import instant_of, invalid, unreadable, words
from simulator.clockify_report_rows import ReportWriter, amount_of
from simulator.clockify_tenant import Tenant
from simulator.clockify_view import View
from simulator.instants import DAY
from simulator.store import Entry, Row

Test = Callable[[Entry], bool]
LARGEST, USUAL = 1000, 50
FREE_DAYS = 31
# Reports whose pages may be turned at the same time.
KEPT = 8
SORTS: dict[str, Callable[[Tenant, Entry], Any]] = {
    "ID": lambda tenant, e: tenant.id_of(e),
    "DESCRIPTION": lambda _, e: e.text or "",
    "USER": lambda tenant, e: tenant.world.tables["users"][e.users_id]["name"].lower(),
    "DURATION": lambda _, e: e.duration or 0,
    **dict.fromkeys(
        ("DATE", "ZONED_DATE", "NATURAL", "USER_DATE"), lambda _, e: (e.time_since, e.id)
    ),
}
STATES = {"ALL": {0, 1, 2}, "INVOICED": {2}, "UNINVOICED": {0, 1}}
# By the name of a filter: the ids that an entry has of it.
REFERENCES: dict[str, Callable[[Tenant, Entry], set[str | None]]] = {
    "users": lambda _, e: {hex_id("users", e.users_id)},
    "projects": lambda tenant, e: {tenant.id("projects", e.projects_id) if e.projects_id else None},
    "clients": lambda tenant, e: {
        tenant.id("clients", client["id"]) for client in [tenant.client_of(e)] if client
    },
    "tasks": lambda tenant, e: {tenant.task_of(e)},
    "tags": lambda tenant, e: {tenant.id("tags", n) for n in tags_of(e)},
}


@dataclass(frozen=True)
class Found:
    """Entries of a report, in order, and their sums."""

    entries: list[Entry]
    seconds: int
    billable_seconds: int
    amount: float


def detailed(view: View) -> bytes:
    """Answer with a page of entries and the sums of all; nothing says which page is the last."""
    part = required(view, "detailedFilter")
    page, found = view.asked.page_in(part, USUAL, LARGEST), find(view, part)
    options = part.get("options")
    excluded = isinstance(options, dict) and options.get("totals") == "EXCLUDE"
    totals = msgspec.json.encode([] if excluded else totals_of(view, found))
    writer = ReportWriter(view, zone_of(view), shown(view))
    rows = b",".join(map(writer.bytes_of, page.cut(found.entries)))
    name = view.switches.report_rows.encode()
    return b'{"totals":' + totals + b',"' + name + b'":[' + rows + b"]}"


def required(view: View, name: str) -> Row:
    """Take the part of the body that each report wants under a name of its own."""
    part = view.asked.body.get(name)
    if part is None:
        raise invalid(f"{name} is required")
    if not isinstance(part, dict):
        raise unreadable()
    return part


def zone_of(view: View) -> str:
    """Zone of the report: the account's unless another is asked for."""
    zone = view.asked.body.get("timeZone") or view.zone
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise invalid("Time zone is not valid") from None


def shown(view: View) -> str:
    """Which amount is stated."""
    amounts = words(view.asked.body, "amounts") or ["EARNED"]
    return str(view.asked.body.get("amountShown") or amounts[0])


def span(view: View) -> tuple[int, int]:
    """Read the dates, wall clocks in the zone of the report; the free plan has short reports."""
    zone = zone_of(view) if view.switches.window == "wall" else None
    ends = []
    for name in ("dateRangeStart", "dateRangeEnd"):
        value = view.asked.body.get(name)
        if not value:
            raise invalid(f"{name} is required")
        instant = instant_of(value, zone)
        if instant is None:
            raise unreadable()
        ends.append(instant)
    since, before = ends
    if since > before:
        raise invalid("Start date must be before end date")
    # A month with a longer night in it is no longer for that.
    if view.plan == "FREE" and before - since > FREE_DAYS * DAY + 3600:
        raise invalid(f"Date range is limited to {FREE_DAYS} days on your plan")
    return since, before


def find(view: View, part: Row) -> Found:
    """Entries that meet the body; found once for all pages."""
    column = str(part.get("sortColumn") or "DATE")
    order = str(view.asked.body.get("sortOrder") or "DESCENDING")
    if column not in SORTS or order not in {"ASCENDING", "DESCENDING"}:
        raise invalid("Sort is not valid")
    bounds, tests, kept = span(view), tests_of(view), view.tenant.book.reports
    filters = msgspec.json.encode(view.asked.body | {"detailedFilter": column})
    key = (bounds, filters, view.is_admin, view.switches.report_running)
    if key not in kept:
        entries = view.tenant.book.all.newest_first(*bounds)
        entries = [entry for entry in entries if all(test(entry) for test in tests)]
        descending = order == "DESCENDING"
        entries.sort(key=lambda e: SORTS[column](view.tenant, e), reverse=descending)
        kept[key] = Found(
            entries,
            sum(e.duration or 0 for e in entries),
            sum(e.duration or 0 for e in entries if e.billable),
            sum(map(amount_of, entries)),
        )
        while len(kept) > KEPT:
            del kept[next(iter(kept))]
    found: Found = kept[key]
    return found


def tests_of(view: View) -> list[Test]:
    """Every condition of the body; a member's report has their own entries only."""
    body, tests = view.asked.body, list[Test]()
    if not view.is_admin:
        tests.append(lambda e: e.users_id == view.me)
    if view.switches.report_running == "absent":
        tests.append(lambda e: not e.running)
    if body.get("billable") is not None:
        tests.append(lambda e: (e.billable > 0) is body["billable"])
    states = STATES.get(str(body.get("invoicingState") or "ALL"))
    if states is None:
        raise invalid("Invoicing state is not valid")
    tests.append(lambda e: e.billable in states)
    if text := body.get("description"):
        tests.append(lambda e: str(text).lower() in (e.text or "").lower())
    if body.get("withoutDescription"):
        tests.append(lambda e: not e.text)
    for name in REFERENCES:
        part = body.get(name)
        if isinstance(part, dict) and part.get("ids"):
            tests.append(test_of(view.tenant, name, part))
    return tests


def test_of(tenant: Tenant, name: str, part: Row) -> Test:
    """Filter by ids, or by not having them."""
    ids, contains = set(words(part, "ids")), part.get("contains") != "DOES_NOT_CONTAIN"
    of_entry = REFERENCES[name]
    return lambda entry: bool(of_entry(tenant, entry) & ids) is contains


def totals_of(view: View, found: Found) -> list[Row | None]:
    """Sum up a report; of nothing at all, the sum is null."""
    if not found.entries:
        return [None]
    row: Row = {
        "_id": "",
        "totalTime": found.seconds,
        "totalBillableTime": found.billable_seconds,
        "entriesCount": len(found.entries),
    }
    return [row | money_of(view, found.amount, "totalAmount")]


def money_of(view: View, amount: float, name: str) -> Row:
    """Amount of several entries, where it may be seen and is wanted."""
    kind = shown(view)
    if not view.shows_rates or kind == "HIDE_AMOUNT":
        return {name: None, "amounts": []}
    value = 0 if kind == "COST" else round(amount, 6)
    return {name: value, "amounts": [{"type": kind, "value": value}]}
