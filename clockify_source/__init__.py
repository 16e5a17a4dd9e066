"""Clockify as a dlt source.

    POST .../reports/detailed or GET .../user/{user}/time-entries
                                  -> time_entries, time_entry_tags    windows replaced
    GET .../member-profile/{user} -> member_profiles                  replaced, once a day
    GET .../projects and all else -> projects, tasks, clients ...     replaced

    warehouse = dlt.destinations.duckdb("hours.duckdb", supports_transactions=True)
    pipeline = dlt.pipeline("hours", destination=warehouse, dataset_name="clockify_raw")
    pipeline.run(clockify())

dlt leaves `supports_transactions` open for DuckDB and PostgreSQL, and would then commit each
statement of a merge by itself.

All workspaces that one key sees go into the same tables; each is replaced for itself. No list can
be filtered by its time of change, so what can still change is read again and replaced, and what
reads the same as before is not loaded again. A feed of changes tells of old entries as well, as
long as it answers.
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
from clockify_source.api import open_session
from clockify_source.checkup import ask
from clockify_source.entries import entries
from clockify_source.identity import identify
from clockify_source.lists import whole
from clockify_source.profiles import profiles
from clockify_source.reading import Clockify
from clockify_source.settings import Settings, resolve
from clockify_source.tables import BY_NAME

__all__ = ["Options", "Report", "Settings", "check", "clockify", "resolve"]


def clockify(
    settings: Settings | None = None,
    options: Options | None = None,
    report: Report | None = None,
    resources: Iterable[str] = (),
) -> DltSource:
    """Return the source for one key; by default as configured, all resources, as of now.

    `resources` may name tables, too: those that come with another list are read with it. `report`
    is filled while the source is read. Raises YourMove for what is configured wrong; while it is
    read, dlt wraps an ExtractError as the cause of its own error.
    """
    settings = settings or resolve()
    options = options or Options(as_of=datetime.now(UTC))
    check_columns(settings, BY_NAME)
    check_lists(settings, BY_NAME)
    wanted = select(resources, BY_NAME)
    account = _account(settings, options, report or Report(), wanted)

    def read(_: Run[Settings], resource: Resource) -> Iterator[Any]:
        shape = account.run.shape(resource.name)
        if resource.reading == "entries":
            return entries(account, shape)
        return profiles(account, shape) if resource.reading == "person" else whole(account, shape)

    return source(account.run, lambda _: identify(account), read)


def check(settings: Settings, options: Options) -> tuple[Report, list[Check]]:
    """Ask each resource once; raises what keeps the account from being read at all."""
    account = _account(settings, options, Report(), set(BY_NAME))
    found = checks(
        account.run, lambda _: identify(account), lambda _, resource: ask(account, resource)
    )
    return account.run.report, found


def _account(settings: Settings, options: Options, report: Report, wanted: set[str]) -> Clockify:
    run = Run(
        "clockify",
        BY_NAME,
        settings=settings,
        options=options,
        session=open_session(settings),
        report=report,
        wanted=wanted,
    )
    return Clockify(run)
