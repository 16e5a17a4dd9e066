"""Time entries: which windows are read again, and how a span of them is read.

Entries carry a time of last change, but the list cannot be filtered by it, and a deleted entry
is never mentioned again. So whole months are read again and replaced:

    never read · look-back · horizon · read last when they were in one of these
    holding a running entry · holding entries of a project whose completion or revenue factor
    changed (their revenue changes, their times do not)

The documentation leaves open whether the list's window means start or overlap, and whether its
end counts. So a day more is asked for on both sides, and cut off again by `time_since`.
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa

from api_extract.changes import Changes
from api_extract.due import due, every_month, replaced
from api_extract.entry_rows import ROWS_AT_ONCE, Entries, Id, Part, between, ids, without
from api_extract.errors import (
    ExtractError,
    Forbidden,
    Gone,
    Later,
    Unsettled,
    Unusable,
)
from api_extract.pages import Request
from api_extract.reading import Shape, TooLong
from api_extract.session import Answer
from api_extract.windows import Window, halves, month_of
from clockodo_source.kinds import by_table, of_known_types, withheld
from clockodo_source.reading import Clockodo, read_list
from clockodo_source.tables import ENTRY_LOG, ENTRY_TABLES

NAME = "entries"
PADDING = timedelta(days=1)
SHORTEST_SPAN = timedelta(hours=1)
LONGEST_SPAN = timedelta(days=800)
MOST_PAGES = 40  # a longer traversal is split: likelier to shift, and held in memory

PLAIN = (
    "The key may not read the enhanced list of entries: the plain one was read, so names, texts,"
    " rates and revenue stay as they were, or empty."
)

Factors = dict[str, dict[str, str]]  # by list and id: what revenue hangs on


def entries(run: Clockodo, shape: Shape) -> Iterator[Any]:
    """Read the windows that are due; yield what replaces them, then the log of changes."""
    factors = _factors(run)
    run.state.setdefault("factors", factors)  # of what the first package holds
    windows = due(run, NAME, _restated(run, factors))
    changes = Changes(
        run,
        Entries(
            resource=NAME,
            log=ENTRY_LOG,
            begins="time_since",
            ends="time_until",
            sort=by_table,
            begin=lambda entry: _begin_of(run, entry),
            confined=bool(run.settings.filter),
        ),
        windows,
    )
    read = _Reader(run, shape, changes).read
    yield from changes.begin()
    yield from replaced(changes, windows, read, LONGEST_SPAN)
    if not run.asked and not run.report.later and not run.report.unread:
        moved = changes.moved_to(every_month(run))
        yield from replaced(changes, moved, read, LONGEST_SPAN)
        if run.state.get("factors") != factors:
            run.state["factors"] = factors
    yield from changes.finish()


def _factors(run: Clockodo) -> Factors:
    """Return what the revenue of entries hangs on, where it is out of the ordinary.

    Read before the entries, so that what changes meanwhile is seen as a change by the next run.
    """
    before: Factors = run.state.get("factors", {})
    factors = {}
    for name in ("projects", "subprojects"):
        shape = run.shape(name)
        try:
            rows = (
                read_list(run, shape)[name]
                .select(["id", "completed", "revenue_factor"])
                .to_pylist()
            )
        except (Forbidden, Gone, Later, Unusable) as error:
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


def _restated(run: Clockodo, factors: Factors) -> set[Window]:
    """Return the windows of all entries of projects that changed since they were last read."""
    before: Factors = run.state["factors"]
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


@dataclass(frozen=True)
class _Found:
    """Adjacent windows, their rows or what kept them from being read, and the groups after them."""

    windows: list[Window]
    outcome: pa.Table | ExtractError
    rest: list[list[Window]]

    @property
    def is_left_or_read(self) -> bool:
        """Whether reading goes on after it."""
        return isinstance(self.outcome, pa.Table | Unusable)

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.outcome.num_rows if isinstance(self.outcome, pa.Table) else 0


@dataclass
class _Reader:
    """Reads windows, split where they are many or will not hold still.

    What comes next is fetched while the last part is compared and written. So reading remembers
    nothing; what it means for the run is noted between two parts.
    """

    run: Clockodo
    shape: Shape
    changes: Changes

    def read(self, groups: list[list[Window]]) -> Iterator[Part]:
        """Yield the rows of groups of adjacent windows."""
        rest, ahead, run = groups, None, self.run
        left = run.options.package or sys.maxsize
        with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
            while rest:
                found = ahead.result() if ahead else self._some(rest, left - run.fresh)
                ahead = None
                if self._is_refused(found[-1]):
                    continue  # as the plain list
                rest, read = found[-1].rest, sum(one.count for one in found)
                # Else this is the end, or may be that of a package.
                if rest and found[-1].is_left_or_read and run.fresh + read < left:
                    ahead = pool.submit(self._some, rest, left - run.fresh - read)
                try:
                    for one in found:
                        if (rows := self._rows(one)) is not None:
                            yield Part(one.windows, rows)
                except BaseException:
                    if ahead:  # which nobody waits for any more
                        run.session.close()
                    raise

    def _some(self, groups: list[list[Window]], most: int) -> list[_Found]:
        """Read groups in order, until there are as many rows as are handed on at once."""
        found = [self._first(groups)]
        count = found[-1].count
        while found[-1].rest and found[-1].count and count < min(most, ROWS_AT_ONCE):
            found.append(self._first(found[-1].rest))
            count += found[-1].count
        return found

    def _first(self, groups: Sequence[list[Window]]) -> _Found:
        """Read the first of groups, or as much of it as is read at once."""
        group, *rest = groups
        since, until = group[0].bounds(self.run.zone)[0], group[-1].bounds(self.run.zone)[1]
        try:
            if len(group) > 1:
                rows = self._between(since, until, most_pages=MOST_PAGES, attempts=1)
            else:
                rows = self._settled(since, until)
        except (TooLong, Unsettled) as error:
            if len(group) > 1:
                return self._first([*halves(group), *rest])
            return _Found(group, error, rest)
        except ExtractError as error:
            return _Found(group, error, rest)
        return _Found(group, rows, rest)

    def _is_refused(self, found: _Found) -> bool:
        """Tell whether the key may not read the enhanced list, so that it is the plain one now."""
        if not isinstance(found.outcome, Forbidden):
            return False
        # In the middle of a load it is no way of reading, but a right that was lost.
        if NAME in self.run.reduced or self.shape.pages:
            raise found.outcome
        self.run.reduced.add(NAME)
        self.run.report.notes.append(PLAIN)
        return True

    def _rows(self, found: _Found) -> pa.Table | None:
        """Return the rows, without money where the key may not see it; None: left as they were."""
        error = found.outcome
        if isinstance(error, pa.Table):
            return error if NAME not in self.run.reduced else withheld(error)
        if not isinstance(error, Unusable):
            raise error
        for window in found.windows:
            self.changes.leave(window, error.status, str(error))
        return None

    def _settled(self, since: datetime, until: datetime) -> pa.Table:
        """Return the rows of a span, read in ever shorter ones where people keep working on it."""
        try:
            return self._between(since, until)
        except Unsettled as error:
            if error.pages <= 1 or until - since <= SHORTEST_SPAN:
                raise
            middle = since + (until - since) / 2
        first = self._settled(since, middle)
        second = self._settled(middle, until)
        return pa.concat_tables([without(first, ids(second)), second])

    def _between(self, since: datetime, until: datetime, **how: int) -> pa.Table:
        """Return what begins in [since, until)."""
        padding = min(PADDING, until - since)
        asked = params(self.run, since - padding, until + padding)
        rows = read_list(self.run, self.shape, asked, **how)[NAME]
        return of_known_types(between(rows, "time_since", since, until))


def params(run: Clockodo, since: datetime, until: datetime) -> dict[str, object]:
    """Return the query; full UTC timestamps, as anything shorter or longer is refused."""
    asked: dict[str, object] = {
        "time_since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "time_until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
    }
    if NAME not in run.reduced:
        asked["enhanced_list"] = "true"  # else names, texts, rates and revenue are left out
    if run.settings.hard_budget_revenue:
        asked["calc_also_revenues_for_projects_with_hard_budget"] = "true"
    return asked | {f"filter[{name}]": value for name, value in run.settings.filter.items()}


def _begin_of(run: Clockodo, entry: Id) -> datetime | None:
    """Return when an entry begins now; None if it was deleted, or is not to be seen."""
    try:
        return run.session.fetch(Request(f"/v2/entries/{entry}"), _begin)
    except (Gone, Forbidden):
        return None


def _begin(answer: Answer) -> datetime:
    return msgspec.json.decode(answer.body, type=_One).entry.time_since


class _Entry(msgspec.Struct):
    time_since: datetime


class _One(msgspec.Struct):
    entry: _Entry
