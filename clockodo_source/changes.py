"""From entries just read to what replaces them, and to a log of what has changed.

A window is compared with what is remembered of it, and left alone if it is the same. Otherwise
its rows are compared with those of the destination. `entry_changes` gets each insert, update and
deletion seen from the second reading of a window on; the first reading is the base line.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec
import pyarrow as pa

from api_extract.columns import UNDECLARED
from api_extract.difference import keep_known
from api_extract.errors import Forbidden, Gone, Later, TheirMove
from api_extract.pages import Request
from api_extract.replace import Marked, staged
from api_extract.tables import Table
from api_extract.windows import Window, month_of, months
from clockodo_source.entry_log import ENTRY_CHANGES, latest, log_changes
from clockodo_source.entry_rows import (
    Part,
    Slice,
    Tables,
    between,
    by_table,
    guarded,
    ids,
    slices,
    wide,
    withheld,
    without,
)
from clockodo_source.lists import shrunken
from clockodo_source.reading import Shape
from clockodo_source.report import Trouble
from clockodo_source.run import Run

NAME = "entries"
MOST_FOLLOWED = 200  # vanished entries asked for one by one in a run; the rest by the next


class Changes:
    """Follows the entries of one run from window to window."""

    def __init__(self, run: Run, shape: Shape, due: list[Window]) -> None:
        self.run = run
        self.shape = shape
        self._due = set(due)
        self._tables = guarded(run.settings)
        self._first = not run.state.get("begun")
        self._generation = run.state.get("generation", 0) + 1
        self._log: list[pa.Table] = []
        self._left: list[pa.Table] = []
        self._placed: dict[int, tuple[str, Window]] = {}  # entry -> where this run read it last
        self._gone: set[int] = set()  # asked for, and not in any window

    def begin(self) -> Iterator[Any]:
        """Make the tables on the very first load, so that models can rely on them."""
        if self._first:
            self.run.state["begun"] = True
            for table in self._tables:
                yield from staged(table, _empty(table))
            yield from staged(ENTRY_CHANGES, _empty(ENTRY_CHANGES))

    def replace(self, part: Part) -> Iterator[Any]:
        """Yield what replaces those windows of a part that differ from what is remembered."""
        rows = part.rows if self.run.enhanced else withheld(part.rows)
        cut = slices(by_table(rows, self._tables), part.windows, self.run.zone)
        differing = [s for s in cut if self._differs(s)]
        old = self._old([s.window for s in differing])
        kept = [s for s in differing if not self._shrunken(s, old[s.window])]
        if kept:
            self.run.report.resource(NAME).loaded()
            yield from self._replaced(kept, self._joined([old[s.window] for s in kept]))
        for one in cut:
            self._place(one)

    def leave(self, window: Window, status: Trouble, detail: str) -> None:
        """Report a window that is left as it was, and have it read again by the next run."""
        self.run.report.resource(NAME).left(status, detail)
        for month in months(window.since, window.until):
            self.run.flag(NAME, month.key, again=True)

    def postpone(self, windows: Iterable[Window], error: Later) -> None:
        """Leave windows to the next run, as there are no requests left for this one."""
        months_of = (m.key for w in windows for m in months(w.since, w.until))
        self.run.postpone(NAME, months_of, error)

    def moved_to(self, every: Iterable[Window]) -> list[Window]:
        """Return the unread windows to which entries that vanished from the read ones have moved.

        One that turns up in a window this run has read already moved while it was reading; that
        window is read again by the next run.
        """
        every = set(every)
        found: set[Window] = set()
        for entry in self._vanished()[:MOST_FOLLOWED]:
            try:
                day = self._day_of(entry)
            except Later as error:  # what was not asked for is still lost from sight
                self.postpone(found, error)
                return []
            except TheirMove:
                break  # likewise; the list itself has answered
            if day is not None and month_of(day) in every:
                found.add(month_of(day))
            if day is None or month_of(day) not in every or self.run.settings.filter:
                self._gone.add(entry)  # or it is no longer what the filter lets through
        for window in found & self._due:
            self._distrust(window)
        return sorted(found - self._due)

    def _vanished(self) -> list[int]:
        """Return the ids of entries that were lost from sight, in earlier runs or in this one."""
        everything = self.run.options.full and not self.run.asked
        before = [] if everything else self.run.state.get("unfollowed", [])
        gone = dict.fromkeys([*before, *(i for table in self._left for i in ids(table))])
        return [i for i in gone if i not in self._placed and i not in self._gone]

    def _day_of(self, entry: int) -> date | None:
        """Return the local day on which an entry begins now; None if it was deleted."""
        request = Request(f"{self.shape.resource.path}/{entry}")
        try:
            begins = self.run.session.fetch(request, _begin)
        except (Gone, Forbidden):
            return None
        return begins.astimezone(self.run.zone).date()

    def finish(self) -> Iterator[Any]:
        """Yield the log of all changes seen; leave to the next run what is still to be followed."""
        for table in self._left:
            deleted = without(table, self._placed.keys())
            self._log.append(self._logged(deleted, deleted.slice(0, 0), []))
            for number, kind in enumerate(self._tables, start=1):
                count = deleted["type"].to_pylist().count(number)
                self.run.report.table(kind.name).changes.deleted += count
        rows = latest(pa.concat_tables([_empty(ENTRY_CHANGES), *self._log]))
        if rows.num_rows:
            self.run.state["generation"] = self._generation
            yield from staged(ENTRY_CHANGES, rows)
        unfollowed = self._vanished()
        if unfollowed != self.run.state.get("unfollowed", []):
            self.run.state["unfollowed"] = unfollowed

    def _replaced(self, kept: list[Slice], old: Tables) -> Iterator[Any]:
        new = {t.name: pa.concat_tables(s.rows[t.name] for s in kept) for t in self._tables}
        elsewhere = self._elsewhere(old, new)
        before = self._joined([old, elsewhere])
        for table in self._tables:
            new[table.name] = keep_known(before[table.name], new[table.name], table.key)
        self._note(before, new, kept)
        marks = [Marked(*s.window.bounds(self.run.zone)) for s in kept]
        turned = {i for rows in new.values() for i in ids(rows) if i in self._placed}
        for table in self._tables:
            here = set(ids(new[table.name]))
            gone = {i for i in ids(elsewhere[table.name]) if i not in here}
            gone |= {i for i in turned - here if self._placed[i][0] == table.name}
            yield from staged(table, new[table.name], marks, sorted(gone))
        self._remember(kept, elsewhere)

    def _place(self, one: Slice) -> None:
        """Note where entries are; one seen twice moved while the list was read."""
        for name, rows in one.rows.items():
            for entry in ids(rows):
                if entry in self._placed:
                    self._distrust(self._placed[entry][1])
                    self._distrust(one.window)
            self._placed |= dict.fromkeys(ids(rows), (name, one.window))

    def _distrust(self, window: Window) -> None:
        """Have a window read, and replaced, by the next run whatever is remembered of it."""
        for month in months(window.since, window.until):
            self.run.flag(NAME, month.key, hash=None, again=True)

    def _differs(self, one: Slice) -> bool:
        """Report a window that was read, and tell whether it must be loaded."""
        known = self.run.remembered(NAME).get(one.window.key)
        unchanged = known is not None and known["hash"] == one.digest
        report = self.run.report
        report.resource(NAME).rows += one.count
        for name, table in one.rows.items():
            report.table(name).saw(table.num_rows, unchanged=unchanged)
        report.window(NAME, one.window.since, one.window.until, one.count, one.digest)
        if unchanged:
            self._keep(one)
        return not unchanged

    def _keep(self, one: Slice) -> None:
        facts = one.facts | {"open": self.run.still_open(one.window)}
        self.run.remember(NAME, one.window.key, facts)

    def _shrunken(self, one: Slice, old: Tables) -> bool:
        before = sum(t.num_rows for t in old.values())
        if self.run.options.accept_shrink or not shrunken(before, one.count):
            return False
        detail = f"{one.window.since} to {one.window.until}: {before} rows before, {one.count} now;"
        hint = " left as it was. If that is right, run again with --accept-shrink."
        self.leave(one.window, "shrunken", detail + hint)
        return True

    def _old(self, windows: list[Window]) -> dict[Window, Tables]:
        """Return what the destination holds in each of some windows, asked for at once."""
        if self._first or not windows:
            return {w: {t.name: _empty(t) for t in self._tables} for w in windows}
        zone, where = self.run.zone, "time_since >= %s AND time_since < %s"
        bounds = windows[0].bounds(zone)[0], windows[-1].bounds(zone)[1]
        held = {t.name: self.run.known.rows(t, where, *bounds) for t in self._tables}
        return {
            w: {name: between(rows, *w.bounds(zone)) for name, rows in held.items()}
            for w in windows
        }

    def _elsewhere(self, old: Tables, new: Tables) -> Tables:
        """Return what the destination holds of new rows outside the windows they are in now."""
        there = {i for table in old.values() for i in ids(table)}
        came = [i for table in new.values() for i in ids(table) if i not in there]
        if self._first:
            came = []
        return {t.name: self.run.known.by_id(t, came) for t in self._tables}

    def _note(self, before: Tables, new: Tables, kept: list[Slice]) -> None:
        """Put what was inserted and updated into the log and the report; keep what left."""
        placed = {i for table in new.values() for i in ids(table)}
        old_rows, new_rows = wide(before), wide(new)
        self._left.append(without(old_rows, placed))
        stayed = old_rows.filter(pa.compute.is_in(old_rows["id"], new_rows["id"]))
        fresh = [i for s in kept if not self._known(s.window) for i in ids(wide(s.rows))]
        log = self._logged(stayed, new_rows, fresh)
        self._log.append(log)
        known = set(ids(stayed))
        for number, kind in enumerate(self._tables, start=1):
            counts = self.run.report.table(kind.name).changes
            counts.inserted += sum(i not in known for i in ids(new[kind.name]))
            kinds = zip(log["kind"].to_pylist(), log["new_type"].to_pylist(), strict=True)
            counts.updated += sum(k == "updated" and t == number for k, t in kinds)

    def _logged(self, old: pa.Table, new: pa.Table, fresh: list[int]) -> pa.Table:
        if not old.num_rows and len(fresh) == new.num_rows:
            return _empty(ENTRY_CHANGES)  # all is base line, as in a first load
        log = log_changes(old, new, fresh, self.run.options.as_of, self._generation)
        return log.append_column(UNDECLARED.name, pa.nulls(log.num_rows, pa.string()))

    def _known(self, window: Window) -> bool:
        """Tell whether each month of a window was read by an earlier run."""
        read = self.run.remembered(NAME)
        return all(m.key in read for m in months(window.since, window.until))

    def _remember(self, kept: list[Slice], elsewhere: Tables) -> None:
        """Remember whole months; forget the content of those that were changed in part."""
        touched = set()
        for one in kept:
            self.run.restate(NAME, one.window.since.year)
            if one.window == month_of(one.window.since):
                self._keep(one)
                continue
            for month in months(one.window.since, one.window.until):
                touched.add(month)
                if one.running:
                    self.run.flag(NAME, month.key, running=True)
        for begins in wide(elsewhere)["time_since"].to_pylist():
            day = begins.astimezone(self.run.zone).date()
            touched.add(month_of(day))
            self.run.restate(NAME, day.year)
        for month in touched - self._due:
            self.run.flag(NAME, month.key, hash=None)

    def _joined(self, parts: list[Tables]) -> Tables:
        return {
            t.name: pa.concat_tables([_empty(t), *(p[t.name] for p in parts)]) for t in self._tables
        }


def _empty(table: Table) -> pa.Table:
    return table.schema.append(pa.field(UNDECLARED.name, pa.string())).empty_table()


def _begin(body: bytes) -> datetime:
    answer = msgspec.json.decode(body, type=_Answer)
    return answer.entry.time_since


class _Entry(msgspec.Struct):
    time_since: datetime


class _Answer(msgspec.Struct):
    entry: _Entry
