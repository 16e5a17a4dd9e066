"""`timehouse reconcile`: whether the warehouse is what the tracker says, over all history.

the tracker's own sums → compared month by month, cell by cell → the months that differ
→ read again, if so asked → compared again
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dlt.destinations.exceptions import DatabaseUndefinedRelation

from api_extract.errors import Forbidden, Gone, Later, YourMove
from api_extract.run import Options
from api_extract.totals import Ask, Compared, Figures, Oracle, compare, read_all
from api_extract.windows import Window, month_of, months
from pipelines.exits import Exit
from pipelines.ledger import Ledger
from pipelines.models import Built, accounts, build_models
from pipelines.place import Place
from pipelines.sync import sync
from pipelines.systems import SYSTEMS

Differing = dict[str, list[Window]]  # by the resource that is to be read again


@dataclass
class Reconciliation:
    """What was compared, as of when; `later`: why not all. `repaired`: what was read again."""

    as_of: datetime
    zone: str
    compared: list[Compared] = field(default_factory=list)
    repaired: list[Window] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    later: str = ""
    built: Built | None = None

    @property
    def months(self) -> list[Compared]:
        """Each measure of each month."""
        return [one for one in self.compared if one.cell is None]

    @property
    def differing(self) -> list[Compared]:
        """The measures of months that differ."""
        return [one for one in self.months if one.differs]

    @property
    def years(self) -> list[tuple[int, str, int, Decimal, Decimal, int]]:
        """Of each year and measure: its months, both sides, and in how many months they differ."""
        found: dict[tuple[int, str], list[Compared]] = {}
        for one in self.months:
            found.setdefault((one.month.year, one.measure), []).append(one)
        return [
            (
                *(year, measure, len(of_year)),
                sum((one.tracker for one in of_year), Decimal(0)),
                sum((one.warehouse for one in of_year), Decimal(0)),
                sum(one.differs for one in of_year),
            )
            for (year, measure), of_year in sorted(found.items())
        ]

    @property
    def exit(self) -> Exit:
        """5 where something differs, or a test failed; 3 where not all could be compared."""
        if self.differing or (self.built and self.built.failed):
            return Exit.LOOK
        return Exit.THEIR_MOVE if self.later else Exit.DONE


def reconcile(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    settings: Any,  # noqa: ANN401 - each system has its own
    as_of: datetime,
    *,
    repair: bool = False,
    models: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Reconciliation:
    """Compare all months; `repair`: read again what differs, and compare that once more.

    `models`: then build them, if anything was read again.
    """
    found = Reconciliation(as_of, _zone(place).key)
    end = as_of.date() + timedelta(days=settings.horizon_days)
    differing = _compare(place, settings, found, months(settings.start_date, end), tell)
    if repair and differing:
        for resource, windows in differing.items():
            tell(f"{resource}: reading {len(windows)} months again")
            options = Options(as_of, windows=tuple(windows))
            outcome = sync(place, settings, options, [resource], models=False, tell=tell)
            found.notes += outcome.troubles
        found.repaired = sorted({window for windows in differing.values() for window in windows})
        _compare(place, settings, found, found.repaired, tell)
    with place.locked(), place.at_hand():
        Ledger(place.pipeline(), place).note(found.compared, as_of)
        if found.repaired and models and place in accounts(place):
            found.built = build_models(place, as_of)
    return found


def _compare(
    place: Place,
    settings: Any,  # noqa: ANN401 - as above
    found: Reconciliation,
    asked: Sequence[Window],
    tell: Callable[[str], None],
) -> Differing:
    """Compare months, instead of what was found of them before; return those that differ."""
    days, differing = {window.since for window in asked}, Differing()
    found.compared = [one for one in found.compared if one.month not in days]
    with place.locked(), place.at_hand():
        if place.pipeline().has_pending_data:
            raise YourMove(f"A load was left unfinished. Run {place.loading}, which finishes it.")
        ledger = Ledger(place.pipeline(), place)
        before = ledger.compared()
        before |= {one.month: (found.as_of, True) for one in found.compared if one.differs}
        totals = SYSTEMS[place.system].totals
        with totals(settings, _asking(ledger), ZoneInfo(found.zone), found.as_of) as oracles:
            for oracle in oracles:
                new = list(_compared(oracle, asked, before, found, tell))
                found.compared += new
                if months_of := sorted({month_of(one.month) for one in new if one.differs}):
                    differing[oracle.resource] = months_of
    return differing


def _compared(
    oracle: Oracle,
    asked: Sequence[Window],
    before: Mapping[date, tuple[datetime, bool]],
    found: Reconciliation,
    tell: Callable[[str], None],
) -> Iterator[Compared]:
    """Yield what one source of figures says of months, first of those compared longest ago."""
    said: Figures = {}
    read: list[Window] = []
    never = datetime.min.replace(tzinfo=UTC), False
    try:
        for group, figures in read_all(
            oracle, asked, lambda group: min(before.get(m.since, never) for m in group)
        ):
            said |= figures
            read += group
            tell(f"{oracle.resource}: compared {len(read)} of {len(asked)} months")
    except Later as error:
        found.later = str(error)
    except (Forbidden, Gone) as error:
        if oracle.is_needed:
            raise
        found.notes.append(f"Not compared: {error}")
        return
    yield from compare(oracle, said, read, [day for day, (_, differs) in before.items() if differs])


def _asking(ledger: Ledger) -> Ask:
    """Return what asks the warehouse; of what was never loaded there is nothing."""

    def ask(query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return ledger.read(query, *values)
        except DatabaseUndefinedRelation:
            return []

    return ask


def _zone(place: Place) -> ZoneInfo:
    """Return the zone of the last load; raises YourMove where there is none."""
    if place.destination == "duckdb" and not place.warehouse.exists():
        raise YourMove(f"There is no warehouse {place.warehouse}. Run {place.loading} first.")
    with place.locked(), place.at_hand():
        zone = Ledger(place.pipeline(), place).timezone()
    if zone is None:
        raise YourMove(f"Nothing was loaded yet. Run {place.loading} first.")
    return ZoneInfo(zone)


def summary(found: Reconciliation) -> dict[str, Any]:
    """Return what was found as plain data."""
    return {
        "exit": int(found.exit),
        "as_of": found.as_of,
        "timezone": found.zone,
        "agrees": not found.differing,
        "months": [
            {
                "month": one.month,
                "measure": one.measure,
                "tracker": round(one.tracker, 6),
                "warehouse": round(one.warehouse, 6),
                "differs": one.differs,
            }
            for one in found.months
        ],
        "cells": [
            {
                **one.cell._asdict(),
                "measure": one.measure,
                "tracker": round(one.tracker, 6),
                "warehouse": round(one.warehouse, 6),
            }
            for one in found.compared
            if one.cell
        ],
        "repaired": [window.since for window in found.repaired],
        "notes": [*found.notes, *([found.later] if found.later else [])],
    }
