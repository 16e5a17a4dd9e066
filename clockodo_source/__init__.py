"""Clockodo as a dlt source.

    GET /v2/entries       -> time_entries, lump_sum_entries,
                             lump_sum_service_entries           windows replaced
    GET /userreports ...  -> user_reports, calendars            years replaced
    GET /v2/workTimes     -> work_times, work_time_intervals    half-years of a person replaced
    GET /v4/projects ...  -> projects and all other lists       replaced whole

    warehouse = dlt.destinations.duckdb("hours.duckdb", supports_transactions=True)
    pipeline = dlt.pipeline("hours", destination=warehouse, dataset_name="clockodo_raw")
    pipeline.run(clockodo())

dlt leaves `supports_transactions` open for DuckDB and PostgreSQL, and would then commit each
statement of a merge by itself.

No list can be filtered by its time of change and deletions leave no trace, so what can still
change is read again and replaced; what reads the same as before is not loaded again.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import dlt
from dlt.extract import DltResource
from dlt.extract.source import DltSource

from api_extract.errors import ExtractError, Later, YourMove
from clockodo_source.api import open_session
from clockodo_source.entries import entries
from clockodo_source.identity import identify
from clockodo_source.lists import by_person, by_year, whole
from clockodo_source.report import Report
from clockodo_source.resource import Resource
from clockodo_source.run import Options, Run
from clockodo_source.settings import Settings, resolve
from clockodo_source.tables import BY_NAME, RESOURCES, TABLES

__all__ = ["Options", "Report", "Settings", "clockodo", "resolve"]


def clockodo(
    settings: Settings | None = None,
    options: Options | None = None,
    report: Report | None = None,
    resources: Iterable[str] = (),
) -> DltSource:
    """Return the source for one account; by default as configured, all resources, as of now.

    `report` is filled while the source is read. Raises YourMove for what is configured wrong;
    while it is read, dlt wraps an ExtractError as the cause of its own error.
    """
    settings = settings or resolve()
    options = options or Options(as_of=datetime.now(UTC))
    _check_columns(settings)
    wanted = select(resources)
    run = Run(settings, options, open_session(settings), report or Report(), wanted)

    # People before entries before reports: what follows something is read after it.
    dlt.config["extract.next_item_mode"] = "fifo"

    @dlt.source(name="clockodo", section="clockodo", max_table_nesting=0)
    def source() -> Iterable[DltResource]:
        return [
            dlt.resource(_rows, name=resource.name)(run, resource)
            for resource in RESOURCES
            if resource.name in wanted
        ]

    return source()


def select(names: Iterable[str]) -> set[str]:
    """Return the names of known resources, all of them if none is asked for."""
    wanted = set(names) or set(BY_NAME)
    if unknown := wanted - set(BY_NAME):
        raise YourMove(
            f"Unknown resource: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(BY_NAME))}."
        )
    return wanted


def _rows(run: Run, resource: Resource) -> Iterator[Any]:
    state = dlt.current.source_state()
    try:
        if run.state is not state:  # the first resource of an extraction
            run.begin(state)
            identify(run)
        yield from run.counted(resource, lambda: _read(run, resource))
    except ExtractError as error:
        error.__context__ = None  # dlt's trace follows it, and it may show a row or the query
        raise


def _read(run: Run, resource: Resource) -> Iterator[Any]:
    if run.report.later:
        raise Later(run.report.later)
    shape = run.shape(resource.name)
    if resource.reading == "entries":
        return entries(run, shape)
    if resource.reading == "years":
        return by_year(run, shape)
    if resource.reading == "person_days":
        return by_person(run, shape)
    return whole(run, shape)


def _check_columns(settings: Settings) -> None:
    names = {*settings.exclude_columns, *settings.hash_columns}
    if unknown := {n for n in names if n.partition(".")[0] not in TABLES or "." not in n}:
        raise YourMove(
            f"No such column: {', '.join(sorted(unknown))}. Write columns as table.column."
        )
    for table in TABLES.values():
        table.guarded(settings.exclude_columns, settings.hash_columns)
