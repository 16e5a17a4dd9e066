"""What a tracker says of all entries, compared with what the warehouse holds of them.

Sums are compared cell by cell: of a month, a person, a project, a state of billing. So nothing that
is added in one place and lost in another of the same month cancels out.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from api_extract.configured import Confined
from api_extract.errors import TooHeavy, YourMove
from api_extract.windows import Window, halves

NOTHING = Decimal(0)
TOLERANCE = Decimal("0.000001")  # what dividing leaves
HALF_A_CENT = Decimal("0.005")  # what a server's rounding may do to the amount of one entry

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

    @property
    def held(self) -> Figures:
        """What the warehouse holds, of all months."""


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
) -> Iterator[tuple[list[Window], Figures | TooHeavy]]:
    """Yield the figures of months; what is too much for one answer is asked for in halves.

    Of a month that is too much by itself, the error.
    """
    waiting = sorted(oracle.groups(months), key=order)
    while waiting:
        group = waiting.pop(0)
        try:
            figures = oracle.read(group)
        except TooHeavy as error:
            if len(group) == 1:
                yield group, error
            else:
                waiting[:0] = halves(group)
        else:
            yield group, figures


def compare(oracle: Oracle, said: Figures, months: Collection[Window]) -> Iterator[Compared]:
    """Yield each measure of each month, and the cells in which it differs.

    A measure that the tracker tells nowhere is left out, and so are cells of which one side knows
    the entries and does not tell it.
    """
    held = oracle.held
    seen = {name for values in said.values() for name in values}
    cells: dict[date, set[Cell]] = {month.since: set() for month in months}
    for cell in {*said, *held}:
        if cell.month in cells:
            cells[cell.month].add(cell)
    for month in sorted(cells):
        for measure in oracle.measures:
            if said and measure not in seen:
                continue
            told = [
                cell for cell in sorted(cells[month]) if not _is_untold(cell, measure, said, held)
            ]
            found = [_of_cell(cell, measure, said, held) for cell in told]
            differing = [one for one in found if one.differs]
            tracker = sum((one.tracker for one in found), NOTHING)
            warehouse = sum((one.warehouse for one in found), NOTHING)
            yield Compared(month, measure, tracker, warehouse, bool(differing))
            yield from differing


def untold(oracle: Oracle, said: Figures) -> list[str]:
    """Return the measures that one of both sides does not tell of some sums it knows."""
    held = oracle.held
    both = [cell for cell in said if cell in held]
    return [m for m in oracle.measures if any(_is_untold(cell, m, said, held) for cell in both)]


def _is_untold(cell: Cell, measure: str, said: Figures, held: Figures) -> bool:
    """Tell whether just one of both sides, which know these entries, tells the measure of them."""
    both = cell in said and cell in held
    return both and (measure in said[cell]) != (measure in held[cell])


def _of_cell(cell: Cell, measure: str, said: Figures, held: Figures) -> Compared:
    one, other = (side.get(cell, {}).get(measure, Sum()) for side in (said, held))
    differs = abs(one.value - other.value) > one.slack + other.slack + TOLERANCE
    return Compared(cell.month, measure, one.value, other.value, differs, cell)


def hours(seconds: object) -> Decimal:
    """Return hours of seconds as an API or a database tells them, None being none."""
    return Decimal(str(seconds or 0)) / 3600


def running_slack(seconds: object) -> Decimal:
    """Return by how many hours a running clock may be told otherwise: one more than it has run."""
    return max(hours(seconds), NOTHING) + 1


def held_sums(
    seconds: object, revenue: object, entries: int, running: object, rate: object
) -> dict[str, Sum]:
    """Return the sums of some entries; of clocks that run, their seconds up to now and the rate.

    A server may count such a clock up to its own now, or not at all.
    """
    grown = running_slack(running) if running else NOTHING
    sums = {"hours": Sum(hours(seconds), grown)}
    if revenue is None:
        return sums
    slack = HALF_A_CENT * entries + grown * Decimal(str(rate or 0))
    return sums | {"revenue": Sum(Decimal(str(revenue)), slack)}


def add(figures: Figures, cell: Cell, sums: Mapping[str, Sum]) -> None:
    """Add to the sums of a cell, which may come in several parts."""
    before = figures.setdefault(cell, {})
    for measure, (value, slack) in sums.items():
        last = before.get(measure, Sum())
        before[measure] = Sum(last.value + value, last.slack + slack)
