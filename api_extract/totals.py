"""What a tracker says of all entries, compared with what the warehouse holds of them.

Sums are compared cell by cell: of a month, a person, a project, a state of billing. So nothing that
is added in one place and lost in another of the same month cancels out.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from api_extract.errors import TooHeavy, YourMove
from api_extract.run import Confined
from api_extract.windows import Window, halves

NOTHING = Decimal(0)
EXACT = Decimal("0.000001")  # what dividing leaves
CENT = Decimal("0.005")  # what a server's rounding may do to the amount of one entry

# Asks the warehouse: {name} stands for a raw table, %s for a value.
Ask = Callable[..., list[tuple[Any, ...]]]


class Cell(NamedTuple):
    """What sums are of; empty where there is none, or where it is not told apart."""

    month: date
    person: str
    project: str = ""
    billing: str = ""


class Sum(NamedTuple):
    """A sum, and how far that of the other side may be from it."""

    value: Decimal = NOTHING
    slack: Decimal = NOTHING


# By the name of the measure; one that a key may not see is not there.
Figures = dict[Cell, dict[str, Sum]]


class Oracle(Protocol):
    """One source of a tracker's own figures.

    `resource`: what to read again where they differ. `is_needed`: a key that may not see it has no
    use for a comparison.
    """

    resource: str
    measures: tuple[str, ...]
    is_needed: bool

    def groups(self, months: Sequence[Window]) -> list[list[Window]]:
        """Return the months in groups, each to be asked for at once."""

    def read(self, months: Sequence[Window]) -> Figures:
        """Ask for the figures of adjacent months; raises TooHeavy where they are too many."""

    def held(self) -> Figures:
        """Return what the warehouse holds, of all months."""


@dataclass(frozen=True)
class Compared:
    """One measure on both sides: of a month, or of a cell in which they differ."""

    month: date
    measure: str
    tracker: Decimal
    warehouse: Decimal
    differs: bool
    cell: Cell | None = None


def refuse_left_out(settings: Confined, needed: Collection[str]) -> None:
    """Refuse to compare what is kept off the disk, or kept as pseudonyms."""
    if lacking := sorted({*settings.exclude_columns, *settings.hash_columns} & set(needed)):
        raise YourMove(
            f"Cannot compare without {', '.join(lacking)}: see EXCLUDE_COLUMNS and HASH_COLUMNS."
        )


def read_all(
    oracle: Oracle, months: Sequence[Window], order: Callable[[list[Window]], Any]
) -> Iterator[tuple[list[Window], Figures]]:
    """Yield the figures of months; what is too much for one answer is asked for in halves."""
    waiting = sorted(oracle.groups(months), key=order)
    while waiting:
        group = waiting.pop(0)
        try:
            yield group, oracle.read(group)
        except TooHeavy:
            if len(group) == 1:
                raise
            waiting[:0] = halves(group)


def compare(
    oracle: Oracle, said: Figures, months: Collection[Window], doubted: Collection[date]
) -> Iterator[Compared]:
    """Yield each measure of each month that has any, and the cells in which it differs.

    `doubted`: months to be told of although there is nothing any more.
    """
    measures, held, days = oracle.measures, oracle.held(), {month.since for month in months}
    seen = {name for values in said.values() for name in values}
    cells: dict[date, set[Cell]] = {day: set() for day in days & {*doubted}}
    for cell in {*said, *held}:
        if cell.month in days:
            cells.setdefault(cell.month, set()).add(cell)
    for month in sorted(cells):
        for measure in measures:
            found = [_of_cell(cell, measure, said, held) for cell in sorted(cells[month])]
            differing = [one for one in found if one.differs]
            tracker = sum((one.tracker for one in found), NOTHING)
            warehouse = sum((one.warehouse for one in found), NOTHING)
            is_seen = not said or measure in seen
            if is_seen and (tracker or warehouse or differing or month in doubted):
                yield Compared(month, measure, tracker, warehouse, bool(differing))
                yield from differing


def _of_cell(cell: Cell, measure: str, said: Figures, held: Figures) -> Compared:
    one, other = (side.get(cell, {}).get(measure, Sum()) for side in (said, held))
    differs = abs(one.value - other.value) > one.slack + other.slack + EXACT
    return Compared(cell.month, measure, one.value, other.value, differs, cell)


def add(figures: Figures, cell: Cell, sums: Mapping[str, Sum]) -> None:
    """Add to the sums of a cell, which may come in several parts."""
    before = figures.setdefault(cell, {})
    for measure, (value, slack) in sums.items():
        last = before.get(measure, Sum())
        before[measure] = Sum(last.value + value, last.slack + slack)
