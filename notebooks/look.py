"""What is looked at and how it is written, and how a section of the report is put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from notebooks.charts import Drawing
from notebooks.queries import Marts, Scope
from notebooks.shares import BILLABLE, SHARES, Share
from notebooks.words import NO_CURRENCY, Words, heading, table

Row = dict[str, Any]
MOST_SHOWN = 20  # bars in a chart of customers or projects, twice as many people; figures hold all
NOTHING_THERE = "There is nothing to show."


@dataclass(frozen=True)
class Look:
    """What is looked at, and how it is written; `share` is the column of the marts."""

    marts: Marts
    scope: Scope
    words: Words
    share: str
    built_at: datetime

    @property
    def measured(self) -> Share:
        """The share that is shown."""
        return SHARES[self.share]

    @property
    def period(self) -> str:
        """The days that are looked at."""
        return f"{self.words.day(self.scope.since)} to {self.words.day(self.scope.until)}"

    @property
    def counted(self) -> str:
        """The days that are counted, which are those that have begun."""
        if not self.scope.has_begun:
            return f"{self.period}, not begun yet"
        until = self.words.day(self.scope.counted_until)
        cut = "" if self.scope.is_over else ", not over yet"
        return f"{self.words.day(self.scope.since)} to {until}{cut}"

    @property
    def fresh(self) -> str:
        """As of when the figures are."""
        return f"As of {self.words.moment(self.built_at)}."

    @property
    def currency(self) -> str:
        """The currency, as people call it."""
        currency = self.scope.currency
        return "no currency" if currency == NO_CURRENCY else currency

    def percent(self, row: Row, name: str = "percent") -> str:
        """Write the share; where it is not visible whether hours are billable, it may be higher."""
        hidden = self.measured.measures == BILLABLE and self.is_hidden(row)
        return self.words.at_least(self.words.percent(row[name]), hidden)

    def is_hidden(self, row: Row) -> bool:
        """Whether the key does not see of all hours whether they are billable."""
        return bool(row["not_visible_hours"])

    def billable(self, row: Row) -> str:
        """Write the billable hours of a row."""
        return self.words.at_least(self.words.hours(row["billable_hours"]), self.is_hidden(row))

    def money(self, value: Decimal | None, unseen: int = 0) -> str:
        """Write an amount; where the key does not see that of some entries, it is at least that."""
        return self.words.at_least(self.words.money(value, self.scope.currency), unseen)


@dataclass(frozen=True)
class Section:
    """A heading with what the chart shows, the chart if there is anything, and its figures."""

    head: str
    chart: Drawing | None
    figures: str


def made(
    title: str,
    said: str,
    draw: Callable[[], Drawing],
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> Section:
    """Put a section together; `rows` are its figures, and without any nothing is drawn."""
    if not rows:
        return Section(heading(title, said, NOTHING_THERE), None, "")
    return Section(heading(title, said), draw(), table(title, heads, rows))


def of_them(shown: int, found: int, what: str) -> str:
    """Tell that a chart shows some only."""
    if shown == found:
        return ""
    return f" The chart shows {shown} of {found} {what}; the figures below show all."


def plain(value: Decimal | None) -> float | None:
    """Return a number that a chart can place."""
    return None if value is None else float(value)
