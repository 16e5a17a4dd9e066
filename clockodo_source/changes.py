"""From entries just read to what replaces them, and to a log of what has changed.

A window is compared with what is remembered of it, and left alone if it is the same. Otherwise
its rows are compared with those of the destination. `entry_changes` gets each insert, update and
deletion seen from the second reading of a window on; the first reading is the base line.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
import pyarrow as pa

from api_extract.columns import UNDECLARED
from api_extract.difference import keep_known
from api_extract.errors import Forbidden, Gone
from api_extract.pages import Request
from api_extract.replace import Marked, staged
from api_extract.tables import Table
from api_extract.windows import Window, month_of, months
from clockodo_source.entry_log import ENTRY_CHANGES, log_changes
from clockodo_source.entry_rows import (
    Part,
    Slice,
    Tables,
    by_table,
    guarded,
    ids,
    slices,
    wide,
    without,
)
from clockodo_source.lists import shrunken
from clockodo_source.run import Run, Shape

NAME = "entries"
MOST_FOLLOWED = 100  # vanished entries asked for one by one, to tell moved from deleted


class Changes:
    """Follows the entries of one run from window to window."""

    def __init__(self, run: Run, shape: Shape, due: list[Window]) -> None:
        self.due = due
        self._run = run
        self._shape = shape
        self._tables = guarded(run.settings)
        self._first = not run.remembered(NAME)
        self._generation = run.state.get("generation", 0) + 1
        self._log: list[pa.Table] = []
        self._left: list[pa.Table] = []
        self._placed: set[int] = set()

    def begin(self) -> Iterator[Any]:
        """Make the tables on the very first load, so that models can rely on them."""
        if self._first:
            for table in self._tables:
                yield from staged(table, _empty(table))
            yield from staged(ENTRY_CHANGES, _empty(ENTRY_CHANGES))

    def replace(self, part: Part) -> Iterator[Any]:
        """Yield what replaces those windows of a part that differ from what is remembered."""
        rows = by_table(part.rows, self._tables)
        self._check_rights(rows)
        cut = slices(rows, part.windows, self._run.zone)
        differing = [s for s in cut if self._differs(s)]
        old = {s.window: self._old(s.window) for s in differing} if not self._first else {}
        kept = [s for s in differing if not self._shrunken(s, old.get(s.window))]
        if kept:
            report = self._run.report.resource(NAME)
            report.status = "loaded" if report.status == "unchanged" else report.status
            yield from self._replaced(kept, self._joined([old[s.window] for s in kept if old]))

    def vanished(self) -> list[int]:
        """Return the ids that left a window and are in no other read; a bounded number."""
        gone = [i for table in self._left for i in ids(table) if i not in self._placed]
        if len(gone) > MOST_FOLLOWED:
            self._run.report.notes.append(
                f"{len(gone)} entries vanished at once; only of {MOST_FOLLOWED} was it asked"
                " whether they were moved. `sync --full` reads everything again."
            )
        return gone[:MOST_FOLLOWED]

    def day_of(self, entry: int) -> date | None:
        """Return the local day on which an entry begins now; None if it was deleted."""
        request = Request(f"{self._shape.resource.path}/{entry}")
        try:
            begins = self._run.session.fetch(request, _begin)
        except (Gone, Forbidden):
            return None
        return begins.astimezone(self._run.zone).date()

    def finish(self) -> Iterator[Any]:
        """Yield the log of all changes seen."""
        for table in self._left:
            deleted = without(table, self._placed)
            self._log.append(self._logged(deleted, deleted.slice(0, 0), []))
            for number, kind in enumerate(self._tables, start=1):
                count = deleted["type"].to_pylist().count(number)
                self._run.report.table(kind.name).changes.deleted += count
        rows = pa.concat_tables([_empty(ENTRY_CHANGES), *self._log])
        if rows.num_rows:
            self._run.state["generation"] = self._generation
            yield from staged(ENTRY_CHANGES, rows)

    def _replaced(self, kept: list[Slice], old: Tables) -> Iterator[Any]:
        new = self._joined([s.rows for s in kept])
        elsewhere = self._elsewhere(old, new)
        before = self._joined([old, elsewhere])
        for table in self._tables:
            new[table.name] = _with_known(table, before[table.name], new[table.name])
        self._note(before, new, kept)
        marks = [Marked(*s.window.bounds(self._run.zone)) for s in kept]
        for table in self._tables:
            placed = set(ids(new[table.name]))
            gone = [i for i in ids(elsewhere[table.name]) if i not in placed]
            yield from staged(table, new[table.name], marks, gone)
        self._remember(kept, elsewhere)

    def _differs(self, one: Slice) -> bool:
        """Report a window that was read, and tell whether it must be loaded."""
        known = self._run.remembered(NAME).get(one.window.key)
        unchanged = known is not None and known["hash"] == one.digest
        report = self._run.report
        report.resource(NAME).rows += one.count
        for name, table in one.rows.items():
            report.table(name).read += table.num_rows
            report.table(name).windows += 1
            report.table(name).unchanged_windows += unchanged
        report.window(NAME, one.window.since, one.window.until, one.count, one.digest)
        return not unchanged

    def _shrunken(self, one: Slice, old: Tables | None) -> bool:
        before = sum(t.num_rows for t in old.values()) if old else 0
        if self._run.options.accept_shrink or not shrunken(before, one.count):
            return False
        report = self._run.report.resource(NAME)
        report.status = "shrunken"
        report.detail = (
            f"{one.window.since} to {one.window.until}: {before} rows before, {one.count} now;"
            " left as it was. If that is right, run again with --accept-shrink."
        )
        return True

    def _old(self, window: Window) -> Tables:
        bounds = window.bounds(self._run.zone)
        where = "time_since >= %s AND time_since < %s"
        return {t.name: self._run.known.rows(t, where, *bounds) for t in self._tables}

    def _elsewhere(self, old: Tables, new: Tables) -> Tables:
        """Return what the destination holds of new rows outside the windows they are in now."""
        there = {i for table in old.values() for i in ids(table)}
        came = [i for table in new.values() for i in ids(table) if i not in there]
        if self._first:
            came = []
        return {t.name: self._run.known.by_id(t, came) for t in self._tables}

    def _note(self, before: Tables, new: Tables, kept: list[Slice]) -> None:
        """Put what was inserted and updated into the log and the report; keep what left."""
        placed = {i for table in new.values() for i in ids(table)}
        self._placed |= placed
        old_rows, new_rows = wide(before), wide(new)
        self._left.append(without(old_rows, placed))
        stayed = old_rows.filter(pa.compute.is_in(old_rows["id"], new_rows["id"]))
        fresh = [i for s in kept if not self._known(s.window) for i in ids(wide(s.rows))]
        log = self._logged(stayed, new_rows, fresh)
        self._log.append(log)
        known = set(ids(stayed))
        for number, kind in enumerate(self._tables, start=1):
            counts = self._run.report.table(kind.name).changes
            counts.inserted += sum(i not in known for i in ids(new[kind.name]))
            kinds = zip(log["kind"].to_pylist(), log["new_type"].to_pylist(), strict=True)
            counts.updated += sum(k == "updated" and t == number for k, t in kinds)

    def _logged(self, old: pa.Table, new: pa.Table, fresh: list[int]) -> pa.Table:
        log = log_changes(old, new, fresh, self._run.options.as_of, self._generation)
        return log.append_column(UNDECLARED.name, pa.nulls(log.num_rows, pa.string()))

    def _known(self, window: Window) -> bool:
        """Tell whether each month of a window was read by an earlier run."""
        read = self._run.remembered(NAME)
        return all(m.key in read for m in months(window.since, window.until))

    def _remember(self, kept: list[Slice], elsewhere: Tables) -> None:
        """Remember whole months; forget the content of those that were changed in part."""
        read = self._run.remembered(NAME)
        touched: set[Window] = set()
        self._run.touched_years |= {s.window.since.year for s in kept}
        for one in kept:
            window = one.window
            if window == month_of(window.since):
                facts = {"hash": one.digest, "rows": one.count, "running": one.running}
                self._run.remember(NAME, window.key, **facts)
            else:
                touched |= set(months(window.since, window.until))
        for begins in wide(elsewhere)["time_since"].to_pylist():
            day = begins.astimezone(self._run.zone).date()
            touched.add(month_of(day))
            self._run.touched_years.add(day.year)
        for window in touched - set(self.due):
            if window.key in read:
                self._run.remember(NAME, window.key, **{**read[window.key], "hash": None})

    def _joined(self, parts: list[Tables]) -> Tables:
        return {
            t.name: pa.concat_tables([_empty(t), *(p[t.name] for p in parts)]) for t in self._tables
        }

    def _check_rights(self, rows: Tables) -> None:
        facts = self._shape.readers[NAME].seen
        self._run.report.undeclared |= facts.undeclared
        for table in self._tables:
            rights = [c.name for c in table.loaded if c.right]
            if rows[table.name].num_rows:
                visible = [n for n in rights if facts.absent.get(n, 0) < facts.rows]
                self._run.check_rights(table.name, visible)


def _empty(table: Table) -> pa.Table:
    return table.schema.append(pa.field(UNDECLARED.name, pa.string())).empty_table()


def _with_known(table: Table, old: pa.Table, new: pa.Table) -> pa.Table:
    hidden = [c.name for c in table.loaded if c.right and new[c.name].null_count]
    return keep_known(old, new, table.key, hidden)


def _begin(body: bytes) -> datetime:
    answer = msgspec.json.decode(body, type=_Answer)
    return answer.entry.time_since


class _Entry(msgspec.Struct):
    time_since: datetime


class _Answer(msgspec.Struct):
    entry: _Entry
