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

from api_extract.errors import Forbidden, Gone, TheirMove, TooHeavy, YourMove
from api_extract.run import Options
from api_extract.totals import Ask, Compared, Figures, Oracle, compare, read_all, untold
from api_extract.windows import Window, month_of, months
from pipelines.built import accounts
from pipelines.exits import Exit
from pipelines.ledger import Ledger
from pipelines.models import Built, build_models
from pipelines.pending import refuse_a_newer
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
        """Each measure of each month in which there is anything."""
        of_months = (one for one in self.compared if one.cell is None)
        found = [one for one in of_months if one.tracker or one.warehouse or one.differs]
        return sorted(found, key=lambda one: (one.month, one.measure))

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

    @property
    def told(self) -> list[str]:
        """What somebody should know of who was not there."""
        differing = [
            f"{one.month:%Y-%m} {one.measure} differ: tracker {one.tracker:,.2f},"
            f" warehouse {one.warehouse:,.2f}"
            for one in self.differing
        ]
        failed = self.built.failed if self.built else []
        return [*differing, *failed, *self.notes, *([self.later] if self.later else [])]


def reconcile(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    settings: Any,  # noqa: ANN401 - each system has its own
    as_of: datetime,
    *,
    repair: bool = False,
    by_clock: bool = False,
    models: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Reconciliation:
    """Compare all months; `repair`: read again what differs, and compare that once more.

    `models`: then build them, if all of that was read. Raises YourMove where nothing was loaded, a
    load is unfinished, or needed columns are left out; Forbidden where sums cannot be seen.
    """
    found = Reconciliation(as_of, _zone(place).key)
    end = as_of.date() + timedelta(days=settings.horizon_days)
    differing = _compare(place, settings, found, months(settings.start_date, end), tell)
    if repair and differing:
        unread = ""
        for resource, windows in differing.items():
            tell(f"{resource}: reading {len(windows)} months again")
            options = Options(as_of, windows=tuple(windows), by_clock=by_clock)
            outcome = sync(place, settings, options, [resource], models=False, tell=tell)
            found.notes += outcome.troubles
            unread = unread or outcome.report.later or ""
        asked = sorted({window for windows in differing.values() for window in windows})
        found.repaired, found.later = [] if unread else asked, found.later or unread
        _compare(place, settings, found, asked, tell)
        with place.locked():
            if models and not unread and place in accounts(place):
                found.built = build_models(place, as_of)
    found.notes = list(dict.fromkeys(found.notes))
    return found


def _compare(
    place: Place,
    settings: Any,  # noqa: ANN401 - as above
    found: Reconciliation,
    asked: Sequence[Window],
    tell: Callable[[str], None],
) -> Differing:
    """Compare months and note it, instead of what was found of each before; return what differs."""
    differing = Differing()
    with place.locked(), place.at_hand():
        if place.pipeline().has_pending_data:
            raise YourMove(f"A load was left unfinished. Run {place.loading}, which finishes it.")
        ledger = Ledger(place.pipeline(), place)
        before = {month: moment for month, (moment, _) in ledger.compared().items()}
        totals = SYSTEMS[place.system].totals
        with totals(settings, _asking(ledger), ZoneInfo(found.zone), found.as_of) as oracles:
            for oracle in oracles:
                new = list(_compared(oracle, asked, before, found, tell))
                ledger.note(new, found.as_of)
                again = {(one.month, one.measure) for one in new}
                kept = [one for one in found.compared if (one.month, one.measure) not in again]
                found.compared = kept + new
                if months_of := sorted({month_of(one.month) for one in new if one.differs}):
                    differing[oracle.resource] = months_of
    return differing


def _compared(
    oracle: Oracle,
    asked: Sequence[Window],
    before: Mapping[date, datetime],
    found: Reconciliation,
    tell: Callable[[str], None],
) -> Iterator[Compared]:
    """Yield what one source of figures says of months, first of those compared longest ago."""
    said: Figures = {}
    read: list[Window] = []
    never = datetime.min.replace(tzinfo=UTC)
    try:
        for group, figures in read_all(
            oracle, asked, lambda group: min(before.get(m.since, never) for m in group)
        ):
            if isinstance(figures, TooHeavy):
                found.later = found.later or str(figures)
                continue
            said |= figures
            read += group
            tell(f"{oracle.resource}: compared {len(read)} of {len(asked)} months")
    except TheirMove as error:
        found.later = found.later or str(error)
    except (Forbidden, Gone) as error:
        if oracle.is_needed:
            raise
        found.notes.append(f"Not compared: {error}")
        return
    if not read:
        return
    if lacking := untold(oracle, said):
        found.notes.append(f"Not compared where one side does not tell it: {', '.join(lacking)}.")
    yield from compare(oracle, said, read)


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
        refuse_a_newer(place)
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
