"""Time entries: which windows are read again, and how a span of them is read.

Entries carry a time of last change, but the list cannot be filtered by it, and a deleted entry
is never mentioned again. So whole months are read again and replaced:

    never read · look-back · horizon · read last when they were in one of these
    holding a running entry · holding entries of a project whose completion or revenue factor
    changed (their revenue changes, their times do not)

The documentation leaves open whether the list's window means start or overlap, and whether its
end counts. So a day more is asked for on both sides, and cut off again by `time_since`.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa

from api_extract.changes import Changes
from api_extract.due import due, every_month, is_full, replaced
from api_extract.entry_rows import Entries, Id, Part, between, without
from api_extract.errors import Forbidden, Gone, Later, Unsettled, Unusable
from api_extract.pages import Request
from api_extract.reading import Shape, TooLong
from api_extract.session import Answer
from api_extract.windows import Window, halves, month_of, pieces
from clockodo_source.kinds import by_table, of_known_types, withheld
from clockodo_source.reading import Clockodo, read_list, reading
from clockodo_source.tables import ENTRY_LOG, ENTRY_TABLES

NAME = "entries"
PADDING = timedelta(days=1)
SHORTEST_SPAN = timedelta(hours=1)
LONGEST_SPAN = timedelta(days=800)
MOST_PAGES = 40  # a longer traversal is split: likelier to shift, and held in memory
MOST_AHEAD = 200  # pages of spans that are fetched together, where months are longer than that
ABREAST = 5  # spans are fetched at once: while one has but a first page, others have more

PLAIN = (
    "The key may not read the enhanced list of entries: the plain one was read, so names, texts,"
    " rates and revenue stay as they were, or empty."
)

FACTORS = ["id", "completed", "revenue_factor"]
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
        moved, run.fresh = changes.moved_to(every_month(run)), 0  # read now, full or not
        yield from replaced(changes, moved, read, LONGEST_SPAN)
        if run.state.get("factors") != factors:
            run.state["factors"] = factors
    yield from changes.finish()


def _factors(run: Clockodo) -> Factors:
    """Return what the revenue of entries hangs on, where it is out of the ordinary.

    Read before all entries, so that what changes meanwhile is seen as a change by the next run;
    and apart from what the lists are filled with, as entries may be of projects made meanwhile.
    """
    before: Factors = run.state.get("factors", {})
    apart = {f"{name}, before entries": name for name in ("projects", "subprojects")}
    read = {key: reading(run, name) for key, name in apart.items()}
    run.ahead(read)
    factors = {}
    for key, name in apart.items():
        try:
            rows = run.once(key, partial(read[key], run.session))[name].select(FACTORS).to_pylist()
        except (Forbidden, Gone, Later, Unusable) as error:
            if not run.resources[name].optional and isinstance(error, Forbidden | Gone):
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


@dataclass
class _Span:
    """Adjacent windows that are read at once, and their rows where they are on their way.

    `pages`: how many they may have.
    """

    windows: list[Window]
    pages: int
    coming: Future[pa.Table] | None = None

    @property
    def cut(self) -> list["_Span"]:
        """The spans to read instead, where it is known by now that it is too long."""
        error = self.coming.exception() if self.coming and self.coming.done() else None
        if not isinstance(error, TooLong):
            return []
        count = len(self.windows)
        # As if they were equally full; at least in two, as the months to come are empty.
        cut = pieces(self.windows, min(MOST_PAGES * count // error.pages, -(-count // 2)))
        return [_Span(piece, -(-error.pages * len(piece) // count)) for piece in cut]


@dataclass
class _Reader:
    """Reads windows, split where they are many or will not hold still.

    Spans that come next are fetched while the last is compared and written, and the first page of
    one while others of another are. So reading remembers nothing; what it means for the run is
    noted between two spans.
    """

    run: Clockodo
    shape: Shape
    changes: Changes

    def read(self, groups: list[list[Window]]) -> Iterator[Part]:
        """Yield the rows of groups of adjacent windows, until a package is full."""
        waiting = [_Span(group, MOST_PAGES) for group in groups]
        pool = ThreadPoolExecutor(ABREAST, thread_name_prefix="ahead")
        try:
            while waiting and (waiting[0].coming or not is_full(self.run)):
                self._look_ahead(pool, waiting)
                span = waiting.pop(0)
                rows = self._rows(span, waiting)
                if rows is not None:
                    yield Part(span.windows, rows)
        except BaseException:
            self.run.session.close()  # nobody waits for what is under way
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _look_ahead(self, pool: ThreadPoolExecutor, waiting: list[_Span]) -> None:
        """Begin to read the first span, and those after it that the package is likely to hold."""
        place = pages = 0
        size = self.shape.resource.page_size
        # The last requests of a day are enough for the first span, rather than for none.
        abreast = ABREAST if self.run.session.limiter.left() > MOST_AHEAD else 1
        most = min(abreast, len(waiting))
        while place < most and pages < MOST_AHEAD and not is_full(self.run, pages * size):
            span = waiting[place]
            if cut := span.cut:
                waiting[place : place + 1] = cut
                most = min(abreast, len(waiting))
                continue
            if span.coming is None:
                span.coming = pool.submit(self._of, span.windows)
            place += 1
            pages += span.pages

    def _of(self, windows: list[Window]) -> pa.Table:
        """Return the rows of adjacent windows."""
        since, until = windows[0].bounds(self.run.zone)[0], windows[-1].bounds(self.run.zone)[1]
        if len(windows) == 1:
            return self._settled(since, until)
        return self._between(since, until, most_pages=MOST_PAGES, attempts=1)

    def _rows(self, span: _Span, waiting: list[_Span]) -> pa.Table | None:
        """Return what has come, without money where the key may not see it.

        None: it was left as it was, or is to be read another way, and waits again.
        """
        windows = span.windows
        assert span.coming  # noqa: S101 - it was looked ahead for
        try:
            rows = span.coming.result()
        except TooLong:
            waiting[:0] = span.cut
        except Unsettled as error:
            if len(windows) > 1:
                waiting[:0] = [_Span(half, span.pages) for half in halves(windows)]
            else:
                self.changes.leave(windows[0], error.status, str(error))
        except Forbidden as error:
            self._refused(error)
            waiting[:] = [_Span(other.windows, other.pages) for other in (span, *waiting)]
        except Unusable as error:
            for window in windows:
                self.changes.leave(window, error.status, str(error))
        else:
            return rows if NAME not in self.run.reduced else withheld(rows)
        return None

    def _refused(self, error: Forbidden) -> None:
        """Read the plain list from now on, as the key may not read the enhanced one."""
        # In the middle of a load it is no way of reading, but a right that was lost.
        if NAME in self.run.reduced or self.shape.answered:
            raise error
        self.run.reduced.add(NAME)
        self.run.report.notes.append(PLAIN)

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
        return pa.concat_tables([without(first, second["id"]), second])

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
