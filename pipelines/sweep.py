"""Which old months a sync reads again although nothing asks for it: those not read for longest.

Sums tell of most edits, and nothing tells of a changed text. So each day some requests are spent on
months before the look-back, in turn; what reads the same is not loaded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dlt.destinations.exceptions import DatabaseUndefinedRelation

from api_extract.windows import Window, month_of
from pipelines.ledger import Ledger
from pipelines.systems import System

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
    """The old months, those read longest ago first, and about how many requests a day they cost.

    `page_size`: rows that one request brings; `yearly`: lists that are read with each January.
    """

    old: list[Old]
    budget: int
    page_size: int
    yearly: int
    today: date

    @property
    def days(self) -> int | None:
        """After how many days all of them were read again; None: never."""
        rest, days = self.old, 0
        while rest and self.budget:
            rest, days = rest[len(self._chosen(rest, self.budget)) or 1 :], days + 1
        return days if self.budget else None

    @property
    def months(self) -> tuple[Window, ...]:
        """Return what is to be read today, less what was; at least one month a day."""
        rest = [each for each in self.old if each.read_on < self.today]
        done = self.old[len(rest) :]
        chosen = self._chosen(rest, self.budget - self._cost(done))
        if not chosen and not done and self.budget:
            chosen = rest[:1]
        return tuple(each.month for each in chosen)

    def _chosen(self, some: list[Old], budget: int) -> list[Old]:
        """Return as many of the first as cost no more."""
        count = 0
        while count < len(some) and self._cost(some[: count + 1]) <= budget:
            count += 1
        return some[:count]

    def _cost(self, some: Collection[Old]) -> int:
        """Return about how many requests it takes: adjacent months share one until it is full."""
        ends = {each.month.until for each in some}
        spans = sum(each.month.since not in ends for each in some)
        pages = sum(each.rows for each in some) // self.page_size
        return spans + pages + self.yearly * sum(each.month.since.month == 1 for each in some)


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
    try:
        rows = ledger.read(READ, system.entries)
    except DatabaseUndefinedRelation:
        rows = []
    old = [
        Old(window, read_at.astimezone(zone).date(), count)
        for since, until, read_at, count in rows
        if (window := Window(since, until)) == month_of(since) and until <= before
    ]
    yearly = sum(each.reading == "years" for each in system.resources.values())
    page_size = system.resources[system.entries].page_size
    return Sweep(old, settings.sweep_requests, page_size, yearly, today)
