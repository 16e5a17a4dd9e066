"""Time entries: which windows are read again, and how a span of them is read.

Entries carry a time of last change, but the list cannot be filtered by it, and a deleted entry
is never mentioned again. So whole months are read again and replaced:

    never read · look-back · horizon · holding a running entry · holding entries of a project
    whose completion or revenue factor changed (their revenue changes, their times do not)

The documentation leaves open whether the list's window means start or overlap, and whether its
end counts. So a day more is asked for on both sides, and cut off again by `time_since`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from api_extract.errors import Unsettled
from api_extract.windows import Window, halves, month_of, months, spans
from clockodo_source.changes import NAME, Changes
from clockodo_source.entry_rows import Part, between
from clockodo_source.run import Run, Shape, TooLong
from clockodo_source.tables import ENTRY_TABLES

PADDING = timedelta(days=1)
LONGEST_SPAN = timedelta(days=800)
MOST_PAGES = 20  # a longer traversal is split: likelier to shift, and held in memory


def entries(run: Run, shape: Shape, projects: pa.Table) -> Iterator[Any]:
    """Read the windows that are due; yield what replaces them, then the log of changes."""
    factors = _factors(projects)
    due = _due(run, factors)
    changes = Changes(run, shape, due)
    yield from changes.begin()
    for group in spans(due, LONGEST_SPAN):
        for part in _read(run, shape, group):
            yield from changes.replace(part)
    if not (run.options.since or run.options.until):
        for group in spans(_moved_to(changes), LONGEST_SPAN):
            for part in _read(run, shape, group):
                yield from changes.replace(part)
        if run.state.get("projects") != factors:
            run.state["projects"] = factors
    yield from changes.finish()


def _due(run: Run, factors: dict[str, str]) -> list[Window]:
    options, read = run.options, run.remembered(NAME)
    end = run.today + timedelta(days=run.settings.horizon_days)
    if options.since or options.until:
        return [Window(options.since or run.settings.start_date, options.until or end)]
    every = months(run.settings.start_date, end)
    if options.full:
        return every
    recent = Window(run.today - timedelta(days=run.lookback_days), date.max)
    again = _restated(run, factors)
    return [
        w
        for w in every
        if w.key not in read or w.overlaps(recent) or read[w.key]["running"] or w in again
    ]


def _factors(projects: pa.Table) -> dict[str, str]:
    """Return what the revenue of a project's entries hangs on, where it is out of the ordinary."""
    rows = projects.select(["id", "completed", "revenue_factor"]).to_pylist()
    return {
        str(row["id"]): f"{row['completed']}:{row['revenue_factor']}"
        for row in rows
        if row["completed"] or row["revenue_factor"] != 1
    }


def _restated(run: Run, factors: dict[str, str]) -> set[Window]:
    """Return the windows of all entries of projects that changed since they were last read."""
    before = run.state.get("projects")
    if before is None or before == factors:
        return set()
    changed = {p for p, _ in set(before.items()) ^ set(factors.items())}
    where = f"projects_id IN ({', '.join(sorted(changed))})"
    days = {day for table in ENTRY_TABLES for day in run.known.days(table, where)}
    # The destination's own zone says which day it is, so the neighbours count as well.
    return {month_of(day + timedelta(days=n)) for day in days for n in (-1, 0, 1)}


def _read(run: Run, shape: Shape, group: list[Window]) -> Iterator[Part]:
    """Yield the rows of adjacent windows, split where they are many or will not hold still."""
    since, until = group[0].bounds(run.zone)[0], group[-1].bounds(run.zone)[1]
    try:
        rows = run.read(
            shape,
            _params(run, since - PADDING, until + PADDING),
            most_pages=MOST_PAGES if len(group) > 1 else None,
        )[NAME]
    except (TooLong, Unsettled) as error:
        if len(group) > 1:
            for half in halves(group):
                yield from _read(run, shape, half)
            return
        report = run.report.resource(NAME)
        report.status, report.detail = "unsettled", str(error)
        return
    yield Part(group, between(rows, since, until))


def _moved_to(changes: Changes) -> Iterable[Window]:
    """Return the unread windows to which entries that vanished from the read ones have moved."""
    days = (changes.day_of(entry) for entry in changes.vanished())
    return {month_of(day) for day in days if day is not None} - set(changes.due)


def _params(run: Run, since: datetime, until: datetime) -> dict[str, object]:
    """Return the query; full UTC timestamps, as anything shorter or longer is refused."""
    params: dict[str, object] = {
        "time_since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "time_until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
    }
    if run.settings.hard_budget_revenue:
        params["calc_also_revenues_for_projects_with_hard_budget"] = "true"
    return params | {f"filter[{name}]": value for name, value in run.settings.filter.items()}
