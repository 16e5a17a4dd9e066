"""Which old months a sync reads again although nothing asks for it: those not read for longest.

Sums tell of most edits, and nothing tells of a changed text. So each day some requests are spent on
months before the look-back, in turn; what reads the same is not loaded.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dlt.destinations.exceptions import DatabaseUndefinedRelation

from api_extract.windows import Window, month_of, months
from pipelines.ledger import Ledger
from pipelines.systems import System

PAGE_SIZE = 1_000  # rows that one request brings at most, of a list or a report
BY_PERSON = "person_days"
READ = """
SELECT window_from, window_until, read_at, rows_read FROM {sync_windows} WHERE resource = %s
ORDER BY read_at, window_from
"""


@dataclass(frozen=True)
class Old:
    """A month before the look-back: on which day it was read last, and how many rows it had."""

    month: Window
    read_on: date
    rows: int


@dataclass(frozen=True)
class Sweep:
    """The old months, those read longest ago first, and how many requests a day may go into them.

    `yearly`: lists that are read with each January; `people`: those asked about each half-year.
    """

    old: list[Old]
    budget: int
    yearly: int
    people: int
    today: date

    @property
    def days(self) -> int | None:
        """After how many days all of them were read again; None: never."""
        rest, days = self.old, 0
        while rest and self.budget:
            rest, days = rest[len(self._chosen(rest)) or 1 :], days + 1
        return days if self.budget else None

    @property
    def months(self) -> tuple[Window, ...]:
        """Return what is to be read today, less what was; at least one month a day."""
        rest = [each for each in self.old if each.read_on < self.today]
        done = self.old[len(rest) :]
        chosen = self._chosen(rest, done)
        if not chosen and not done and self.budget:
            chosen = rest[:1]
        return tuple(each.month for each in chosen)

    def _chosen(self, some: list[Old], done: Sequence[Old] = ()) -> list[Old]:
        """Return as many of the first as the budget allows together with what was done today."""
        count = 0
        while count < len(some) and self._cost([*done, *some[: count + 1]]) <= self.budget:
            count += 1
        return some[:count]

    def _cost(self, some: Collection[Old]) -> int:
        """Return about how many requests it takes: adjacent months share one until it is full."""
        ends = {each.month.until for each in some}
        spans = sum(each.month.since not in ends for each in some)
        pages = sum(each.rows for each in some) // PAGE_SIZE
        years = sum(each.month.since.month == 1 for each in some)
        halves = sum(each.month.since.month in (1, 7) for each in some)
        return spans + pages + self.yearly * years + self.people * halves


def sweep(
    ledger: Ledger,
    system: System,
    settings: Any,  # noqa: ANN401 - each system has its own
    as_of: datetime,
) -> Sweep:
    """Read from the books what is old."""
    zone = ZoneInfo(ledger.timezone() or "UTC")
    today = as_of.astimezone(zone).date()
    before = today - timedelta(days=settings.lookback_days)
    first = month_of(settings.start_date).since
    by_person = any(each.reading == BY_PERSON for each in system.resources.values())
    try:
        rows = ledger.read(READ, system.entries)
        people = ledger.read("SELECT count(*) FROM {users}")[0][0] if by_person else 0
    except DatabaseUndefinedRelation:
        rows, people = [], 0
    read = [
        Old(window, read_at.astimezone(zone).date(), count)
        for since, until, read_at, count in rows
        if first <= since
        and (window := Window(since, until)) == month_of(since)
        and until <= before
    ]
    every = months(first, before) if read else []
    booked = {each.month for each in read}
    # Of a run that died after some of its packages, the books know nothing.
    lost = [Old(m, date.min, 0) for m in every if m.until <= before and m not in booked]
    yearly = sum(each.reading == "years" for each in system.resources.values())
    return Sweep([*lost, *read], settings.sweep_requests, yearly, people, today)
