"""Time entries: which windows are read again, and how a span of them is read.

Entries carry a time of last change, but the list cannot be filtered by it, and a deleted entry
is never mentioned again. So whole months are read again and replaced:

    never read · look-back · horizon · read last when they were in one of these
    holding a running entry · holding entries of a project whose completion or revenue factor
    changed (their revenue changes, their times do not)

The documentation leaves open whether the list's window means start or overlap, and whether its
end counts. So a day more is asked for on both sides, and cut off again by `time_since`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from api_extract.errors import Forbidden, Gone, Later, Unsettled
from api_extract.windows import Window, halves, month_of, months, spans
from clockodo_source.changes import NAME, Changes
from clockodo_source.entry_rows import Part, between, ids, joined, without
from clockodo_source.reading import Shape, TooLong
from clockodo_source.run import Run
from clockodo_source.tables import ENTRY_TABLES

PADDING = timedelta(days=1)
SHORTEST_SPAN = timedelta(hours=1)
LONGEST_SPAN = timedelta(days=800)
MOST_PAGES = 20  # a longer traversal is split: likelier to shift, and held in memory

PLAIN = (
    "The key may not read the enhanced list of entries: the plain one was read, so names, texts,"
    " rates and revenue stay as they were, or empty."
)

Factors = dict[str, dict[str, str]]  # by list and id: what revenue hangs on


def entries(run: Run, shape: Shape) -> Iterator[Any]:
    """Read the windows that are due; yield what replaces them, then the log of changes."""
    factors = _factors(run)
    due = _due(run, factors)
    changes = Changes(run, shape, due)
    yield from changes.begin()
    yield from _replaced(changes, due)
    if not run.asked and not run.report.later:
        yield from _replaced(changes, changes.moved_to(_every(run)))
        if run.state.get("factors") != factors:
            run.state["factors"] = factors
    yield from changes.finish()


def _replaced(changes: Changes, windows: Sequence[Window]) -> Iterator[Any]:
    for part in joined(_parts(changes, windows)):
        yield from changes.replace(part)


def _parts(changes: Changes, windows: Sequence[Window]) -> Iterator[Part]:
    """Yield the rows of windows, until there are no requests left."""
    read: set[Window] = set()
    try:
        for group in spans(windows, LONGEST_SPAN):
            for part in _read(changes, group):
                read |= set(part.windows)
                yield part
    except Later as error:
        changes.postpone(set(windows) - read, error)


def _every(run: Run) -> list[Window]:
    end = run.today + timedelta(days=run.settings.horizon_days)
    return months(run.settings.start_date, end)


def _due(run: Run, factors: Factors) -> list[Window]:
    every, read = _every(run), run.remembered(NAME)
    if run.asked:
        within = Window(every[0].since, every[-1].until) if every else run.asked
        asked = Window(max(run.asked.since, within.since), min(run.asked.until, within.until))
        return [asked] if asked.since < asked.until else []
    if run.options.full:
        return every
    restated = _restated(run, factors)
    return [
        w
        for w in every
        if w.key not in read
        or w.overlaps(run.recent)
        or w in restated
        or read[w.key]["running"]
        or read[w.key].get("again")
        or read[w.key].get("open", True)
    ]


def _factors(run: Run) -> Factors:
    """Return what the revenue of entries hangs on, where it is out of the ordinary.

    Read before the entries, so that what changes meanwhile is seen as a change by the next run.
    """
    before: Factors = run.state.get("factors", {})
    factors = {}
    for name in ("projects", "subprojects"):
        shape = run.shape(name)
        try:
            rows = run.read(shape)[name].select(["id", "completed", "revenue_factor"]).to_pylist()
        except (Forbidden, Gone, Later, Unsettled) as error:
            if not shape.resource.optional and isinstance(error, Forbidden | Gone):
                raise
            factors[name] = before.get(name, {})
            continue
        factors[name] = {
            str(row["id"]): f"{row['completed']}:{row['revenue_factor']}"
            for row in rows
            if row["completed"] or row["revenue_factor"] != 1
        }
    return factors


def _restated(run: Run, factors: Factors) -> set[Window]:
    """Return the windows of all entries of projects that changed since they were last read."""
    before: Factors = run.state.get("factors", factors)
    changed = {
        f"{name}_id IN ({', '.join(sorted({i for i, _ in different}))})"
        for name in factors
        if (different := set(before[name].items()) ^ set(factors[name].items()))
    }
    if not changed:
        return set()
    where = " OR ".join(sorted(changed))
    days = {day for table in ENTRY_TABLES for day in run.known.days(table, where)}
    # The destination's own zone says which day it is, so the neighbours count as well.
    return {month_of(day + timedelta(days=n)) for day in days for n in (-1, 0, 1)}


def _read(changes: Changes, group: list[Window]) -> Iterator[Part]:
    """Yield the rows of adjacent windows, split where they are many or will not hold still."""
    zone = changes.run.zone
    since, until = group[0].bounds(zone)[0], group[-1].bounds(zone)[1]
    try:
        if len(group) > 1:
            rows = _between(changes, since, until, most_pages=MOST_PAGES, attempts=1)
        else:
            rows = _settled(changes, since, until)
    except (TooLong, Unsettled) as error:
        if len(group) > 1:
            for half in halves(group):
                yield from _read(changes, half)
            return
        changes.leave(group[0], "unsettled", str(error))
        return
    yield Part(group, rows)


def _settled(changes: Changes, since: datetime, until: datetime) -> pa.Table:
    """Return the rows of a span, read in ever shorter ones where people keep working on it."""
    try:
        return _between(changes, since, until)
    except Unsettled as error:
        if error.pages <= 1 or until - since <= SHORTEST_SPAN:
            raise
        middle = since + (until - since) / 2
    first = _settled(changes, since, middle)
    second = _settled(changes, middle, until)
    return pa.concat_tables([without(first, ids(second)), second])


def _between(changes: Changes, since: datetime, until: datetime, **how: int) -> pa.Table:
    """Return what begins in [since, until); without money where the key may not see it."""
    run, padding = changes.run, min(PADDING, until - since)
    asked = since - padding, until + padding
    try:
        rows = run.read(changes.shape, params(run, *asked), **how)[NAME]
    except Forbidden:
        # In the middle of a load it is no way of reading, but a right that was lost.
        if not run.enhanced or changes.shape.readers[NAME].seen.rows:
            raise
        run.enhanced = False
        run.report.notes.append(PLAIN)
        rows = run.read(changes.shape, params(run, *asked), **how)[NAME]
    return between(rows, since, until)


def params(run: Run, since: datetime, until: datetime) -> dict[str, object]:
    """Return the query; full UTC timestamps, as anything shorter or longer is refused."""
    asked: dict[str, object] = {
        "time_since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "time_until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
    }
    if run.enhanced:
        asked["enhanced_list"] = "true"  # else names, texts, rates and revenue are left out
    if run.settings.hard_budget_revenue:
        asked["calc_also_revenues_for_projects_with_hard_budget"] = "true"
    return asked | {f"filter[{name}]": value for name, value in run.settings.filter.items()}
