"""Entries that are no work: breaks, and what Clockify makes of holidays and time off by itself.

Two people have some, so that a reader who counts an absence twice is found out. They follow from
the calendar alone and nobody edits them.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from simulator.capacity import Availability
from simulator.clockify_ids import dated
from simulator.instants import days, wall
from simulator.store import TIME, Entry, Ledger, Row

BREAK, HOLIDAY, TIME_OFF = 11, 12, 13
# By type: the word for it, and the kind of its ids.
TYPES = {
    TIME: ("REGULAR", "entries"),
    BREAK: ("BREAK", "breaks"),
    HOLIDAY: ("HOLIDAY", "holiday_entries"),
    TIME_OFF: ("TIME_OFF", "time_off_entries"),
}
HOUR = 3600
PEOPLE, BREAKS = 2, 5
A_YEAR, RECENTLY = timedelta(days=365), timedelta(days=60)
VACATION = 1


def is_limited(user: Row) -> bool:
    """Whether somebody has no account and clocks in at the kiosk: who is paid by the hour does."""
    return bool(user["wage_type"] == 2)  # noqa: PLR2004 - the world's number of hourly wages


def made_by_itself(ledger: Ledger) -> list[Entry]:
    """All of them."""
    able = (u for u in ledger.rows("users") if u["role"] == "worker" and worked(ledger, u))
    people = islice((u for u in able if not is_limited(u)), PEOPLE)
    return [entry for user in people for entry in of_person(ledger, user)]


def worked(ledger: Ledger, user: Row) -> bool:
    """Whether somebody was there at the end of the invented history: what came of it stays."""
    return bool(user["active"] or ledger.archived.get(user["id"], date.min) >= ledger.opened_on)


def own_project(ledger: Ledger) -> Row | None:
    """Project that such entries are booked on: the first that earns nothing."""
    own = (p for p in ledger.rows("projects") if not p["billable_default"] and not p["test_data"])
    return next(own, None)


def of_person(ledger: Ledger, user: Row) -> Iterator[Entry]:
    """Yield one person's."""
    calendar, today = Availability(ledger, user["id"]), ledger.opened_on
    for day in days(max(ledger.since, today - A_YEAR), today):
        # Made on weekends, too.
        if calendar.holiday(day) == 1:
            yield entry(ledger, user, HOLIDAY, day)
    for day in days(max(ledger.since, today - RECENTLY), today):
        if (VACATION, 1.0) in calendar.due(day).absences:
            yield entry(ledger, user, TIME_OFF, day)
    before = (today - timedelta(days=n) for n in range(1, (today - ledger.since).days + 1))
    for day in islice((d for d in before if calendar.due(d).available), BREAKS):
        yield entry(ledger, user, BREAK, day)


def entry(ledger: Ledger, user: Row, kind: int, day: date) -> Entry:
    """One of them: a break of half an hour at noon, or eight hours from nine on."""
    pause = kind == BREAK
    since = wall(user["timezone"], day, (12 if pause else 9) * HOUR)
    length = HOUR // 2 if pause else 8 * HOUR
    project = None if pause else own_project(ledger)
    return Entry(
        id=dated(user["id"], day),
        type=kind,
        users_id=user["id"],
        customers_id=project["customers_id"] if project else 0,
        projects_id=project["id"] if project else None,
        time_since=since,
        time_until=since + length,
        time_insert=since,
        time_last_change=since,
        duration=length,
        billable=0,
    )
