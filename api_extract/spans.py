"""What of a list is read at once, compared with what is remembered of it, and replaced."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import content_hash
from api_extract.difference import count_changes, keep_known
from api_extract.errors import Forbidden, Gone, Later, Unusable
from api_extract.pages import in_order
from api_extract.reading import Shape
from api_extract.replace import Marked, staged
from api_extract.report import Trouble
from api_extract.run import Lists, Run
from api_extract.seen import FEW
from api_extract.tables import Table
from api_extract.windows import Window


@dataclass(frozen=True)
class Span:
    """What of a list is read at once: the name it is remembered by, its days, its place."""

    key: str
    days: Window | None = None
    marked: Marked | None = None


@dataclass(frozen=True)
class Ask:
    """A span, and how to read it."""

    span: Span
    read: Callable[[], Lists]


@dataclass
class Batch:
    """What one resource replaces: rows by table, the windows they fill, what to remember.

    `read`: spans that were read, whatever came of it.
    """

    run: Run[Any]
    shape: Shape
    rows: dict[str, list[pa.Table]] = field(default_factory=dict)
    marks: list[Marked] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The resource."""
        return self.shape.resource.name

    def items(self) -> Iterator[Any]:
        """Yield one item a table and its windows, as each costs dlt a look at the schema."""
        for table in self.shape.tables:
            if table.name in self.rows:
                yield from staged(table, pa.concat_tables(self.rows[table.name]), self.marks)
        # Only now, as a later span may be refused: what was not handed on is not remembered.
        for span, facts in self.facts.items():
            self.run.remember(self.name, span, facts)


def read_due(batch: Batch, asks: Sequence[Ask]) -> None:
    """Read the spans that are due, a few at once, until there are no requests left."""
    run = batch.run
    if run.report.later:
        return
    upcoming = (a for a in asks if a.span.key not in batch.read and _due(batch, a.span))
    first = islice(upcoming, 1)  # by itself, as it may be refused
    for ask, coming in chain(in_order(first, _read), in_order(upcoming, _read)):
        try:
            settle(batch, ask.span, coming.result())
        except Unusable as error:
            leave(batch, ask.span.key, error.status, str(error))
        except (Forbidden, Gone):
            raise
        except BaseException as error:
            run.session.close()  # nobody waits for what else is under way
            if not isinstance(error, Later):
                raise
            due = {a.span.key for a in asks if _due(batch, a.span)}
            run.postpone(batch.name, due - batch.read, error)
            return
        batch.read.add(ask.span.key)


def _read(ask: Ask) -> Lists:
    return ask.read()


def settle(batch: Batch, span: Span, tables: Lists) -> None:
    """Compare a span with what is remembered of it; add it to the batch if it differs."""
    run, shape = batch.run, batch.shape
    tables = {t.name: _within(tables[t.name], t, span.marked) for t in shape.tables}
    rows = tables[shape.tables[0].name].num_rows
    total = sum(table.num_rows for table in tables.values())
    digest = "".join(content_hash(tables[t.name], t.key) for t in shape.tables)
    before = run.remembered(batch.name).get(span.key)
    unchanged = before is not None and before["hash"] == digest
    run.report.resource(batch.name).rows += rows
    for name, table in tables.items():
        run.report.table(name).saw(table.num_rows, unchanged=unchanged)
    if span.days:
        run.report.window(batch.name, span.days.since, span.days.until, rows, digest)
    if not unchanged:
        held = _held(batch, span, fresh=before is None)
        lost = before and not run.options.accept_shrink and _lost(before["rows"], held, tables)
        if lost:
            hint = "left as it was. If that is right, run again with --accept-shrink."
            leave(batch, span.key, "shrunken", f"{span.key}: {lost}; {hint}")
            return
        replace(batch, span, tables, held)
        run.restate(batch.name)
    batch.facts[span.key] = {"hash": digest, "rows": total}
    if span.days:
        batch.facts[span.key]["open"] = run.still_open(span.days)


def replace(batch: Batch, span: Span, tables: Lists, held: Lists | None = None) -> None:
    """Add the rows, with what rights hide now, to the batch; count what they change.

    `held`: what the destination holds of the span, where that is known already.
    """
    run, held = batch.run, held or _held(batch, span)
    run.report.resource(batch.name).loaded()
    for table in batch.shape.tables:
        old = held[table.name]
        new = keep_known(old, tables[table.name], table.key)
        run.report.table(table.name).changes.add(count_changes(old, new, table.key))
        batch.rows.setdefault(table.name, []).append(new)
    if span.marked:
        batch.marks.append(span.marked)


def shrunken(before: int, now: int) -> bool:
    """Tell whether a span lost so many rows that a lost right is likelier than deletions."""
    return before > FEW and now * 2 < before


def _held(batch: Batch, span: Span, *, fresh: bool = False) -> Lists:
    """Return what the destination holds of a span: nothing, if it is `fresh`."""
    return {
        t.name: batch.run.known.rows(t, *(("1 = 0",) if fresh else where(t, span.marked)))
        for t in batch.shape.tables
    }


def _lost(before: int, held: Lists, tables: Lists) -> str:
    """Tell what a list has lost too much of: rows of all its tables, or of a single one."""
    now = sum(table.num_rows for table in tables.values())
    if shrunken(before, now):
        return f"{before} rows before, {now} now"
    counts = {name: (held[name].num_rows, table.num_rows) for name, table in tables.items()}
    lost = [
        f"{n}, {b} rows before, {now} now" for n, (b, now) in counts.items() if shrunken(b, now)
    ]
    return " and ".join(lost)


def _within(rows: pa.Table, table: Table, marked: Marked | None) -> pa.Table:
    if marked is None or table.window is None or not rows.num_rows:
        return rows
    column = rows[table.window]
    return rows.filter(
        pc.and_(pc.greater_equal(column, marked.since), pc.less(column, marked.until))
    )


def where(table: Table, marked: Marked | None) -> tuple[Any, ...]:
    """Return the condition for what a span replaces, and its parameters."""
    parts: list[tuple[str, Any]] = []
    if marked and table.window:
        parts += [(f"{table.window} >= %s", marked.since), (f"{table.window} < %s", marked.until)]
    if marked and table.per:
        parts.append((f"{table.per} = %s", marked.per))
    return (" AND ".join(text for text, _ in parts) or "1 = 1", *(value for _, value in parts))


def _due(batch: Batch, span: Span) -> bool:
    """Tell whether a span is to be read: asked for, never read, recent, or to be read again."""
    run, days = batch.run, span.days or batch.run.recent
    if run.asked:
        return any(days.overlaps(window) for window in run.asked)
    if run.options.full or owed(batch, span):
        return True
    if span.days and any(days.since == month.since for month in run.options.sweep):
        return True
    if run.rests(batch.name):
        return False
    is_open = run.remembered(batch.name)[span.key].get("open", True)
    return bool(is_open) or days.overlaps(run.recent)


def rests(batch: Batch, span: Span) -> bool:
    """Tell whether a span, known and nothing the matter with it, need not be read now."""
    return batch.run.rests(batch.name) and not owed(batch, span)


def owed(batch: Batch, span: Span) -> bool:
    """Tell whether a span was never read, or is to be read again however old it is."""
    known = batch.run.remembered(batch.name).get(span.key)
    return known is None or bool(known.get("again"))


def leave(batch: Batch, span: str, status: Trouble, detail: str) -> None:
    """Report a span that is left as it was, and have it read again until it can be replaced."""
    batch.run.report.resource(batch.name).left(status, detail)
    batch.run.flag(batch.name, span, again=True)
