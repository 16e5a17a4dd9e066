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

from dlt.extract.source import DltSource

from api_extract.checkup import Check
from api_extract.checkup import check as checks
from api_extract.report import Report
from api_extract.resource import Resource
from api_extract.run import Options, Run
from api_extract.source import check_columns, check_lists, select, source
from clockodo_source.api import open_session
from clockodo_source.checkup import ask
from clockodo_source.entries import entries
from clockodo_source.identity import identify
from clockodo_source.lists import by_person, by_year, whole
from clockodo_source.reading import Clockodo
from clockodo_source.settings import Settings, resolve
from clockodo_source.tables import BY_NAME

__all__ = ["Options", "Report", "Settings", "check", "clockodo", "resolve"]


def clockodo(
    settings: Settings | None = None,
    options: Options | None = None,
    report: Report | None = None,
    resources: Iterable[str] = (),
) -> DltSource:
    """Return the source for one account; by default as configured, all resources, as of now.

    `resources` may name tables, too: those that come with another list are read with it. `report`
    is filled while the source is read. Raises YourMove for what is configured wrong; while it is
    read, dlt wraps an ExtractError as the cause of its own error.
    """
    settings = settings or resolve()
    options = options or Options(as_of=datetime.now(UTC))
    check_columns(settings, BY_NAME)
    check_lists(settings, BY_NAME)
    wanted = select(resources, BY_NAME)
    return source(_run(settings, options, report or Report(), wanted), identify, _read)


def check(settings: Settings, options: Options) -> tuple[Report, list[Check]]:
    """Ask each resource once; raises what keeps the account from being read at all."""
    run = _run(settings, options, Report(), set(BY_NAME))
    return run.report, checks(run, identify, ask)


def _run(settings: Settings, options: Options, report: Report, wanted: set[str]) -> Clockodo:
    return Run(
        "clockodo",
        BY_NAME,
        settings=settings,
        options=options,
        session=open_session(settings),
        report=report,
        wanted=wanted,
    )


def _read(run: Clockodo, resource: Resource) -> Iterator[Any]:
    shape = run.shape(resource.name)
    if resource.reading == "entries":
        return entries(run, shape)
    if resource.reading == "years":
        return by_year(run, shape)
    if resource.reading == "person_days":
        return by_person(run, shape)
    return whole(run, shape)
