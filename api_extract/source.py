"""From resources as declared to a dlt source that reads them in one run."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
from dlt.extract import DltResource
from dlt.extract.source import DltSource

from api_extract.configured import Confined
from api_extract.errors import ExtractError, Later, YourMove
from api_extract.replace import in_row_groups
from api_extract.resource import Resource
from api_extract.run import PEOPLE, Run, S

CLOCKS_DIFFER = timedelta(hours=1)  # at most, between this machine's and the tracker's
Reading = Callable[[Run[S], Resource], Iterator[Any]]


def source(run: Run[S], identify: Callable[[Run[S]], None], read: Reading[S]) -> DltSource:
    """Return the source of a run; `identify` is called once, before the first `read`."""
    # People before entries before reports: what follows something is read after it.
    dlt.config["extract.next_item_mode"] = "fifo"
    name = run.known.schema

    def rows(resource: Resource) -> Iterator[Any]:
        run.upcoming.add(resource.name)  # dlt calls this for all that it will read, before it does
        return read_rows(resource)

    def read_rows(resource: Resource) -> Iterator[Any]:
        run.upcoming.discard(resource.name)
        run.session.open()  # closed where the one before was not read to its end
        state = dlt.current.source_state()
        try:
            if run.state is not state:  # the first resource of an extraction
                _begin(run, state, identify)
            if run.left and resource.name not in run.left:
                return
            if run.report.unread:
                run.report.unread.add(resource.name)
                return
            yield from in_row_groups(run.counted(resource, lambda: _read(run, resource, read)))
        except GeneratorExit:
            raise  # dlt wants no more of this one; of others it may
        except BaseException as error:
            run.stop()
            if isinstance(error, ExtractError):
                error.__context__ = None  # dlt's trace follows it, and it may show a row or query
            raise

    @dlt.source(name=name, section=name, max_table_nesting=0)
    def made() -> Iterable[DltResource]:
        return [
            dlt.resource(rows, name=resource.name)(resource)
            for resource in run.resources.values()
            if resource.name in run.wanted
        ]

    return made()


def _begin(
    run: Run[S], state: MutableMapping[str, Any], identify: Callable[[Run[S]], None]
) -> None:
    run.begin(state)
    if not run.left:
        identify(run)
        _refuse_a_wrong_clock(run)


def _refuse_a_wrong_clock(run: Run[S]) -> None:
    """Refuse to take for now what another clock than the tracker's says."""
    here, there = datetime.now(UTC), run.session.server_time
    if run.options.by_clock and there and abs(here - there) > CLOCKS_DIFFER:
        raise YourMove(
            f"It is {here:%Y-%m-%d %H:%M} UTC by this machine's clock, but {there:%Y-%m-%d %H:%M}"
            " by the tracker's. Set this machine's clock, or name the moment with --as-of."
        )


def _read(run: Run[S], resource: Resource, read: Reading[S]) -> Iterator[Any]:
    if run.report.later:
        raise Later(run.report.later)
    return read(run, resource)


def select(names: Iterable[str], resources: Mapping[str, Resource]) -> set[str]:
    """Return the names of known resources, all of them if none is asked for.

    A table may be named as well: it comes with all that its resource fills.
    """
    fills = {t.name: r.name for r in resources.values() for t in r.tables}
    fills |= {name: name for name in resources}
    asked = set(names)
    if unknown := asked - fills.keys():
        raise YourMove(
            f"Unknown resource: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(fills))}."
        )
    return {fills[name] for name in asked} or set(resources)


def check_lists(settings: Confined, resources: Mapping[str, Resource]) -> None:
    """Refuse resources to be read once a day that do not exist, or that each run has to read."""
    may = {r.name for r in resources.values() if r.reading != "entries" and r.name != PEOPLE}
    if unknown := {*settings.daily_lists} - may:
        named, known = (", ".join(sorted(names)) for names in (unknown, may))
        raise YourMove(f"DAILY_LISTS: {named} cannot be. May be: {known}.")


def check_columns(settings: Confined, resources: Mapping[str, Resource]) -> None:
    """Refuse columns to exclude or to hash that do not exist, or that hold a table together."""
    tables = {table.name: table for r in resources.values() for table in r.tables}
    names = {*settings.exclude_columns, *settings.hash_columns}
    if unknown := {n for n in names if n.partition(".")[0] not in tables or "." not in n}:
        raise YourMove(
            f"No such column: {', '.join(sorted(unknown))}. Write columns as table.column."
        )
    for table in tables.values():
        table.guarded(settings.exclude_columns, settings.hash_columns)
