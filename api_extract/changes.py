"""From entries just read to what replaces them, and to a log of what has changed.

A window is compared with what is remembered of it, and left alone if it is the same. Otherwise
its rows are compared with those of the destination. `entry_changes` gets each insert, update and
deletion seen from the second reading of a window on; the first reading is the base line.
"""

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import content_hash
from api_extract.difference import keep_known
from api_extract.entry_log import Logged
from api_extract.entry_rows import (
    Entries,
    Id,
    Part,
    Slice,
    Tables,
    all_ids,
    between,
    count_in,
    ids,
    wide,
    without,
)
from api_extract.errors import Later, TheirMove
from api_extract.replace import Marked, staged
from api_extract.report import Trouble
from api_extract.run import Run
from api_extract.spans import shrunken, where
from api_extract.windows import Window, month_at, month_of, months, spans

MOST_FOLLOWED = 200  # vanished entries asked for one by one in a run; the rest by the next


class Changes:
    """Follows the entries of one run from window to window."""

    def __init__(self, run: Run[Any], entries: Entries, due: Iterable[Window]) -> None:
        self.run = run
        self.entries = entries
        self._name = entries.resource
        self._due = set(due)
        guarded = run.guarded(entries.resource)
        self._tables = [table for table in guarded if table.roams == "id"]
        self._derived = [table for table in guarded if table.roams != "id"]
        self._state = _part_of(run.state, entries.per)
        self._first = not self._state.get("begun")
        self._generation = run.state.get("generation", 0) + 1
        self._log = Logged()
        self._left: list[Tables] = []
        self._placed: dict[Id, tuple[str, Window]] = {}  # entry -> where this run read it last
        self._gone: set[Id] = set()  # asked for, and not in any window

    def key(self, window: Window) -> str:
        """Return the name under which a window is remembered."""
        return f"{self.entries.per}:{window.key}" if self.entries.per else window.key

    def begin(self) -> Iterator[Any]:
        """Make the tables on the very first load, so that models can rely on them."""
        if self._first:
            self._state["begun"] = True
            for table in (*self._tables, *self._derived, self.entries.log.table):
                yield from staged(table, table.full_schema.empty_table())

    def replace(self, part: Part) -> Iterator[Any]:
        """Yield what replaces those windows of a part that differ from what is remembered."""
        cut = self._slices(self.entries.sort(part.rows, self._tables), part.windows)
        differing = [s for s in cut if self._differs(s)]
        old = self._old([s.window for s in differing])
        kept = [s for s in differing if not self._shrunken(s, old[s.window])]
        if kept:
            self.run.report.resource(self._name).loaded()
            yield from self._replaced(kept, self._joined([old[s.window] for s in kept]))
        for one in cut:
            self._place(one)
            self.run.done.add(self.key(one.window))

    def leave(self, window: Window, status: Trouble, detail: str) -> None:
        """Report a window that is left as it was, and have it read again by the next run."""
        self.run.report.resource(self._name).left(status, detail)
        for month in months(window.since, window.until):
            self.run.flag(self._name, self.key(month), again=True)

    def leave_to_next_package(self, windows: Iterable[Window]) -> None:
        """Have windows read by the same run, once what it has read so far is loaded."""
        for month in (month for w in windows for month in months(w.since, w.until)):
            self.run.report.unread.add(self._name)
            self.run.flag(self._name, self.key(month), again=True)

    def postpone(self, windows: Iterable[Window], error: Later) -> None:
        """Leave windows to the next run, as there are no requests left for this one."""
        months_of = (self.key(m) for w in windows for m in months(w.since, w.until))
        self.run.postpone(self._name, months_of, error)

    def moved_to(self, every: Iterable[Window]) -> list[Window]:
        """Return the unread windows to which entries that vanished from the read ones have moved.

        One that turns up in a window this run has read already moved while it was reading; that
        window is read again by the next run.
        """
        every = set(every)
        found: set[Window] = set()
        for entry in self._vanished()[:MOST_FOLLOWED]:
            try:
                begins = self.entries.begin(entry)
            except Later as error:  # what was not asked for is still lost from sight
                self.postpone(found, error)
                return []
            except TheirMove:
                break  # likewise; the list itself has answered
            month = month_at(begins, self.run.zone) if begins else None
            if month in every:
                found.add(month)
            if month not in every or self.entries.confined:
                self._gone.add(entry)
        for window in found & self._due:
            self._distrust(window)
        return sorted(found - self._due)

    def _vanished(self) -> list[Id]:
        """Return the ids of entries that were lost from sight, in earlier runs or in this one."""
        everything = self.run.options.full and not self.run.asked and not self.run.left
        before = [] if everything else self._state.get("unfollowed", [])
        left = (i for tables in self._left for table in tables.values() for i in ids(table))
        gone = dict.fromkeys([*before, *left])
        return [i for i in gone if i not in self._placed and i not in self._gone]

    def finish(self) -> Iterator[Any]:
        """Yield the log of all changes seen; leave to the next run what is still to be followed."""
        for tables in self._left:
            deleted = {
                name: without(rows, [i for i in ids(rows) if i in self._placed])
                for name, rows in tables.items()
            }
            everything = wide(deleted)
            self._log.add(self._logged(everything, everything.slice(0, 0), []))
            for name, rows in deleted.items():
                self.run.report.table(name).changes.deleted += rows.num_rows
        for rows in self._log.latest():
            self.run.state["generation"] = self._generation
            yield from staged(self.entries.log.table, rows)
        unfollowed = self._vanished()
        if unfollowed != self._state.get("unfollowed", []):
            self._state["unfollowed"] = unfollowed

    def _replaced(self, kept: list[Slice], old: Tables) -> Iterator[Any]:
        zone = self.run.zone
        new = {t.name: pa.concat_tables(s.rows[t.name] for s in kept) for t in self._tables}
        elsewhere = self._elsewhere(old, new)
        before = self._joined([old, elsewhere])
        for table in self._tables:
            rows = before[table.name], new[table.name]
            new[table.name] = keep_known(*rows, table.key, table.follows)
        self._note(before, new, kept)
        marks = [
            Marked(near[0].bounds(zone)[0], near[-1].bounds(zone)[1], self.entries.per)
            for near in spans([s.window for s in kept], timedelta.max)
        ]
        turned = {i for rows in new.values() for i in ids(rows) if i in self._placed}
        for table in self._tables:
            here = set(ids(new[table.name]))
            gone = {i for i in ids(elsewhere[table.name]) if i not in here}
            gone |= {i for i in turned - here if self._placed[i][0] == table.name}
            yield from staged(table, new[table.name], marks, sorted(gone))
        moved = {i for rows in elsewhere.values() for i in ids(rows)} | turned
        for table in self._derived:
            rows = self.entries.derive(new[self._tables[0].name])
            yield from staged(table, rows, marks, sorted(moved))
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
            self.run.flag(self._name, self.key(month), hash=None, again=True)

    def _slices(self, rows: Tables, windows: Sequence[Window]) -> list[Slice]:
        """Cut sorted rows at the borders of windows."""
        cut = []
        for window in windows:
            bounds = window.bounds(self.run.zone)
            inside = {n: between(table, self.entries.begins, *bounds) for n, table in rows.items()}
            digest = "".join(content_hash(t, ["id"]) for t in inside.values() if t.num_rows)
            running = any(table[self.entries.ends].null_count > 0 for table in inside.values())
            cut.append(Slice(window, inside, digest, running))
        return cut

    def _differs(self, one: Slice) -> bool:
        """Report a window that was read, and tell whether it must be loaded."""
        known = self.run.remembered(self._name).get(self.key(one.window))
        unchanged = known is not None and known["hash"] == one.digest
        report = self.run.report
        report.resource(self._name).rows += one.count
        for name, table in one.rows.items():
            report.table(name).saw(table.num_rows, unchanged=unchanged)
        report.window(self._name, one.window.since, one.window.until, one.count, one.digest)
        if unchanged:
            self._keep(one)
        return not unchanged

    def _keep(self, one: Slice) -> None:
        facts = one.facts | {"open": self.run.still_open(one.window)}
        self.run.remember(self._name, self.key(one.window), facts)

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
            return {w: {t.name: t.full_schema.empty_table() for t in self._tables} for w in windows}
        zone, begins = self.run.zone, self.entries.begins
        bounds = windows[0].bounds(zone)[0], windows[-1].bounds(zone)[1]
        held = {
            t.name: self.run.known.rows(t, *where(t, Marked(*bounds, self.entries.per)))
            for t in self._tables
        }
        return {
            w: {name: between(rows, begins, *w.bounds(zone)) for name, rows in held.items()}
            for w in windows
        }

    def _elsewhere(self, old: Tables, new: Tables) -> Tables:
        """Return what the destination holds of new rows outside the windows they are in now."""
        there = all_ids(old)
        came = [i for table in new.values() for i in ids(without(table, there))]
        return {t.name: self.run.known.by_id(t, [] if self._first else came) for t in self._tables}

    def _note(self, before: Tables, new: Tables, kept: list[Slice]) -> None:
        """Put what was inserted and updated into the log and the report; keep what left."""
        old_rows, new_rows = wide(before), wide(new)
        here = new_rows["id"]
        self._left.append({name: without(rows, here) for name, rows in before.items()})
        stayed = old_rows.filter(pc.is_in(old_rows["id"], here))
        fresh = [i for s in kept if not self.knows(s.window) for i in all_ids(s.rows).to_pylist()]
        log = self._logged(stayed, new_rows, fresh)
        self._log.add(log)
        updated = log["entry_id"].filter(pc.equal(log["kind"], "updated"))
        for name, rows in new.items():
            counts = self.run.report.table(name).changes
            counts.inserted += rows.num_rows - count_in(rows["id"], stayed["id"])
            counts.updated += count_in(rows["id"], updated)

    def _logged(self, old: pa.Table, new: pa.Table, fresh: list[Id]) -> pa.Table:
        seen_at = self.run.options.as_of
        return self.entries.log.changes(old, new, fresh, seen_at, self._generation)

    def knows(self, window: Window) -> bool:
        """Tell whether each month of a window was read by an earlier run."""
        read = self.run.remembered(self._name)
        return all(self.key(m) in read for m in months(window.since, window.until))

    def _remember(self, kept: list[Slice], elsewhere: Tables) -> None:
        """Remember whole months; forget the content of those that were changed in part."""
        touched = set()
        for one in kept:
            self.run.restate(self._name, one.window.since.year)
            if one.window == month_of(one.window.since):
                self._keep(one)
                continue
            for month in months(one.window.since, one.window.until):
                touched.add(month)
                if one.running:
                    self.run.flag(self._name, self.key(month), running=True)
        for begins in wide(elsewhere)[self.entries.begins].to_pylist():
            day = begins.astimezone(self.run.zone).date()
            touched.add(month_of(day))
            self.run.restate(self._name, day.year)
        for month in touched - self._due:
            self.run.flag(self._name, self.key(month), hash=None)

    def _joined(self, parts: list[Tables]) -> Tables:
        none = {t.name: t.full_schema.empty_table() for t in self._tables}
        return {n: pa.concat_tables([none[n], *(part[n] for part in parts)]) for n in none}


def _part_of(state: MutableMapping[str, Any], per: str | None) -> MutableMapping[str, Any]:
    """Return what is remembered of one part of an account, or of all where it has none."""
    parts: MutableMapping[str, Any] = state.setdefault("parts", {}) if per else {}
    return parts.setdefault(per, {}) if per else state
