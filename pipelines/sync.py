"""`timehouse sync`: load what changed, keep the books, build the models."""

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import dlt
import pyarrow as pa
from dlt.extract.source import DltSource

from api_extract.errors import YourMove
from api_extract.report import Report
from api_extract.run import Options
from api_extract.source import select
from pipelines.built import accounts, is_built, noted
from pipelines.exits import Exit, explained, interruptible
from pipelines.ledger import Ledger
from pipelines.models import Built, build_models
from pipelines.pending import refuse_a_newer
from pipelines.place import Place
from pipelines.sweep import sweep
from pipelines.systems import SYSTEMS
from pipelines.workers import as_worker, begin, clear

PACKAGE = 500_000  # entries that are read for the first time before those are loaded
SLACK = timedelta(days=1)  # that clocks of two machines, or one that was off, may differ by


@dataclass
class Outcome:
    """What a sync did; `built` is None where the models were not touched.

    `swept_within`: after so many days each old month was read again; None: not in turn.
    """

    report: Report
    finished_pending: bool = False
    packages: int = 0
    built: Built | None = None
    swept_within: int | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def exit(self) -> Exit:
        """3 where the run stopped before its end, 4 where something was left that is not as agreed.

        5 where something else needs a look, else 0.
        """
        if self.report.later:
            return Exit.THEIR_MOVE
        if any(r.status == "unexpected" for r in self.report.resources.values()):
            return Exit.NOT_AS_AGREED
        return Exit.LOOK if self.troubles or (self.built and self.built.failed) else Exit.DONE

    @property
    def troubles(self) -> list[str]:
        """What went well enough to end, and should be looked at."""
        left = [
            f"{name}: {r.status}. {r.detail}"
            for name, r in self.report.resources.items()
            if r.troubled or r.newly
        ]
        new, gone = sorted(self.report.undeclared), sorted(self.report.vanished)
        return [
            *left,
            *(f"{key}: nobody documented it; kept in _undeclared." for key in new),
            *(
                f"{key}: no row has it any more; it is empty in what was read since."
                for key in gone
            ),
        ]

    @property
    def told(self) -> list[str]:
        """What somebody should know of who was not there."""
        failed = self.built.failed if self.built else []
        return [*self.troubles, *failed, *([self.report.later] if self.report.later else [])]


def sync(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    settings: Any,  # noqa: ANN401 - each system has its own
    options: Options,
    resources: Iterable[str] = (),
    *,
    models: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Finish what an earlier run left pending, load what changed, build the models."""
    outcome = Outcome(Report(tell=tell))
    if not models:
        place, options = as_worker(place, options)
    with place.locked():
        pipeline = place.pipeline()
        ledger = Ledger(pipeline, place)
        with place.at_hand():
            refuse_a_newer(place, pipeline)
            if options.by_clock:
                _refuse_a_clock_set_back(place, options.as_of, ledger.last_as_of())
            system = SYSTEMS[place.system]
            is_asked = options.full or options.since or options.until or options.windows
            if not is_asked and system.entries in select(resources, system.resources):
                swept = sweep(ledger, system, settings, options.as_of)
                options = replace(options, sweep=swept.months)
                outcome.swept_within = swept.days
            options = replace(options, forgotten=tuple(ledger.forgotten()), package=PACKAGE)
            source = SYSTEMS[place.system].source(settings, options, outcome.report, resources)
            with interruptible():
                outcome.finished_pending = begin(place, pipeline)
        try:
            with interruptible():
                _load(
                    place,
                    pipeline,
                    source,
                    outcome,
                    lambda: ledger.write(outcome.report, options.as_of, summary(outcome)),
                )
        except Exception as error:
            _note_failure(ledger, outcome, options, error)
            raise
        if models:
            with noted([ledger]) as told:
                _model(place, pipeline, options.as_of, outcome)
                told.update(summary(outcome))
    return outcome


def _load(
    place: Place,
    pipeline: dlt.Pipeline,
    source: DltSource,
    outcome: Outcome,
    keep_books: Callable[[], None],
) -> None:
    """Read and load package by package, until nothing is left unread; then keep the books."""
    # Arrow's own pool keeps for itself what each package takes, and more with each.
    pa.set_memory_pool(pa.system_memory_pool())
    left = True
    while left:
        # Not `run`, which would ask the warehouse once more what is remembered there.
        pipeline.extract(source)
        with place.at_hand():
            if pipeline.has_pending_data:
                pipeline.normalize()
                outcome.packages += len(pipeline.load().loads_ids)
            left = bool(outcome.report.unread)
            if not left:
                keep_books()  # while the file is open: to close it takes DuckDB as long again
                clear(place, pipeline)
        if left:
            # dlt's search for its settings leaves circles, which hold what was extracted.
            gc.collect()


def _model(place: Place, pipeline: dlt.Pipeline, as_of: datetime, outcome: Outcome) -> None:
    """Build the models, where all is there that they need, and is not in them already."""
    if outcome.report.later:
        outcome.notes.append("The models were left as they were: not all was read.")
        return
    with place.at_hand():
        built = is_built(place, as_of, pipeline)
        complete = built or place in accounts(place, pipeline)
    if built:
        outcome.notes.append("The models are of today already, and nothing has changed since.")
    elif complete:
        outcome.built = build_models(place, as_of)
    else:
        needed = ", ".join(SYSTEMS[place.system].needed_tables)
        outcome.notes.append(f"The models need {needed}: not all are loaded yet.")


def _refuse_a_clock_set_back(place: Place, now: datetime, last: datetime | None) -> None:
    if last is not None and now < last - SLACK:
        raise YourMove(
            f"It is {now:%Y-%m-%d %H:%M} UTC by this machine's clock, but the last load was as"
            f" of {last:%Y-%m-%d %H:%M} UTC. If the clock is wrong, set it. If it was wrong then,"
            f" run {place.loading} once with --as-of {now:%Y-%m-%dT%H:%MZ}."
        )


def _note_failure(ledger: Ledger, outcome: Outcome, options: Options, error: Exception) -> None:
    """Write down which resource failed and why, if the warehouse can still be written."""
    code, failure = explained(error) or (Exit.BUG, type(error).__name__)
    told = {**summary(outcome), "exit": int(code), "failure": failure}
    try:
        ledger.write(outcome.report, options.as_of, told, failure)
    except Exception as second:  # noqa: BLE001 - the first error is the one to tell
        error.add_note(f"The failure could not be noted in the warehouse: {type(second).__name__}")


def summary(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as plain data."""
    report = outcome.report
    return {
        "exit": int(outcome.exit),
        "packages": outcome.packages,
        "finished_pending": outcome.finished_pending,
        "owner": report.owner,
        "role": report.owner_role,
        "timezone": report.timezone,
        "tables": {
            name: {
                "read": t.read,
                "inserted": t.changes.inserted,
                "updated": t.changes.updated,
                "deleted": t.changes.deleted,
                "windows": t.windows,
                "unchanged_windows": t.unchanged_windows,
            }
            for name, t in report.tables.items()
        },
        "resources": {
            name: {"status": r.status, "rows": r.rows, "requests": r.requests, "detail": r.detail}
            for name, r in report.resources.items()
        },
        "requests": report.requests,
        "waited_seconds": round(report.waited, 3),
        "undeclared": sorted(report.undeclared),
        "vanished": sorted(report.vanished),
        "old_months_read_again_within_days": outcome.swept_within,
        "models": None
        if outcome.built is None
        else {"passed": outcome.built.passed, "failed": outcome.built.failed},
        "troubles": outcome.troubles,
        "notes": [*report.notes, *outcome.notes],
    }
