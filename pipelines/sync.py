"""`timehouse sync`: load what changed, keep the books, build the models."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import dlt
from dlt.common.destination.client import WithStateSync
from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.load.exceptions import LoadClientJobFailed
from dlt.pipeline.exceptions import PipelineStepFailed
from dlt.pipeline.state_sync import load_pipeline_state_from_destination

from clockodo_source import Options, Report, Settings, clockodo
from clockodo_source.tables import TABLES
from pipelines.exits import Exit, explained
from pipelines.ledger import Ledger
from pipelines.models import NEEDED, Built, accounts, build_models
from pipelines.place import Place

SCHEMA = "clockodo"


@dataclass
class Outcome:
    """What a sync did; `built` is None where the models were not touched."""

    report: Report
    finished_pending: bool = False
    packages: int = 0
    built: Built | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def exit(self) -> Exit:
        """3 where the run stopped before its end, 5 where something needs a look, else 0."""
        if self.report.later:
            return Exit.THEIR_MOVE
        return Exit.LOOK if self.troubles or (self.built and self.built.failed) else Exit.DONE

    @property
    def troubles(self) -> list[str]:
        """What went well enough to end, and should be looked at."""
        left = [
            f"{name}: {r.status}. {r.detail}"
            for name, r in self.report.resources.items()
            if r.troubled or r.newly
        ]
        drift = sorted(self.report.undeclared)
        return [*left, *(f"{key}: nobody documented it; kept in _undeclared." for key in drift)]


def sync(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    settings: Settings,
    options: Options,
    resources: Iterable[str] = (),
    *,
    models: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Finish what an earlier run left pending, load what changed, build the models."""
    outcome = Outcome(Report(tell=tell))
    with place.locked():
        pipeline = place.pipeline()
        outcome.finished_pending = finish_pending(pipeline)
        source = clockodo(settings, options, outcome.report, resources)
        ledger = Ledger(pipeline, SCHEMA)
        try:
            info = pipeline.run(source)
        except Exception as error:
            _note_failure(ledger, outcome.report, options, error)
            raise
        outcome.packages = len(info.loads_ids)
        ledger.write(outcome.report, options.as_of)
        # Also when nothing changed: the last build may have failed, and clocks go on running.
        if models and outcome.report.later:
            outcome.notes.append("The models were left as they were: not all was read.")
        elif models and place.account in accounts(place):
            outcome.built = build_models(place, options.as_of)
        elif models:
            outcome.notes.append(f"The models need {', '.join(NEEDED)}: not all are loaded yet.")
    return outcome


def finish_pending(pipeline: dlt.Pipeline) -> bool:
    """Load what a crashed run extracted, then take what is remembered from the warehouse alone.

    A load that was extracted for another state of the warehouse (a restored copy, say), or that
    the warehouse has refused, is dropped; as it may have been loaded in part, all is read again.
    """
    extracted, loaded = pipeline.state["_state_version"], _loaded_state(pipeline)
    fits = loaded in (extracted - 1, extracted)
    finished = pipeline.has_pending_data and fits and _finished(pipeline)
    never_loaded = extracted > loaded and not finished
    if never_loaded or pipeline.has_pending_data:
        pipeline.drop()
    pipeline.sync_destination()
    if never_loaded:
        _read_again(pipeline)
    return finished


def _loaded_state(pipeline: dlt.Pipeline) -> int:
    """Return the version of the state that was loaded last, 0 if none was."""
    try:
        with pipeline.destination_client() as client:
            if not isinstance(client, WithStateSync):
                return 0
            state = load_pipeline_state_from_destination(pipeline.pipeline_name, client)
    except DestinationUndefinedEntity:
        return 0
    return state["_state_version"] if state else 0


def _finished(pipeline: dlt.Pipeline) -> bool:
    try:
        pipeline.normalize()
        pipeline.load()
    except PipelineStepFailed as error:
        # What was killed while it moved files cannot be told from damage; it is read again.
        if error.step == "normalize" or isinstance(error.__cause__, LoadClientJobFailed):
            return False
        raise
    return True


def _read_again(pipeline: dlt.Pipeline) -> None:
    with pipeline.managed_state() as state:
        read = state.get("sources", {}).get(SCHEMA, {}).get("read", {})
        for known in (known for spans in read.values() for known in spans.values()):
            known |= {"hash": None, "again": True}


def _note_failure(ledger: Ledger, report: Report, options: Options, error: Exception) -> None:
    """Write down which resource failed and why, if the warehouse can still be written."""
    known = explained(error)
    try:
        ledger.write(report, options.as_of, known[1] if known else type(error).__name__)
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
            for name, t in sorted(report.tables.items(), key=lambda i: list(TABLES).index(i[0]))
        },
        "resources": {
            name: {"status": r.status, "rows": r.rows, "requests": r.requests, "detail": r.detail}
            for name, r in report.resources.items()
        },
        "requests": report.requests,
        "waited_seconds": round(report.waited, 3),
        "undeclared": sorted(report.undeclared),
        "models": None
        if outcome.built is None
        else {"passed": outcome.built.passed, "failed": outcome.built.failed},
        "troubles": outcome.troubles,
        "notes": [*report.notes, *outcome.notes],
    }
