"""Rows of entries, as a list gave them, cut by time into windows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.entry_log import Log
from api_extract.tables import Table
from api_extract.windows import Window

Id = int | str
Tables = dict[str, pa.Table]

ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class Entries:
    """What is to be known of a source's entries to follow them from window to window.

    `begins`, `ends`: columns of their first and last instant. `sort`: sorts what a list gave into
    the tables, one a type. `begin`: asks when an entry begins now; None: it was deleted, or is not
    to be seen. `confined`: only some entries are read, so that one that exists may be none of them.
    `per`: what the tables are narrowed to. `derive`: makes the rows of a table that lacks ids of
    its own out of those of the first one.
    """

    resource: str
    log: Log
    begins: str
    ends: str
    sort: Callable[[pa.Table, Sequence[Table]], Tables]
    begin: Callable[[Id], datetime | None]
    confined: bool = False
    per: str | None = None
    derive: Callable[[pa.Table], pa.Table] = lambda rows: rows


@dataclass
class Part:
    """Adjacent windows and the entries of all types that begin in them, as the list gave them."""

    windows: list[Window]
    rows: pa.Table

    @property
    def since(self) -> date:
        """Its first day."""
        return self.windows[0].since

    @property
    def until(self) -> date:
        """The day after its last."""
        return self.windows[-1].until


@dataclass
class Slice:
    """One window, its entries by table, their digest, and whether a clock is running in it."""

    window: Window
    rows: Tables
    digest: str
    running: bool

    @property
    def count(self) -> int:
        """The number of entries."""
        return sum(table.num_rows for table in self.rows.values())

    @property
    def facts(self) -> dict[str, Any]:
        """What is remembered of it."""
        return {"hash": self.digest, "rows": self.count, "running": self.running}


def joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Join adjacent parts of few rows, as each part costs dlt a look at every table.

    Not where they share an entry, which has moved while they were read.
    """
    held: Part | None = None
    for part in parts:
        few = held and held.rows.num_rows < ROWS_AT_ONCE and held.until == part.since
        if held and few and not count_in(held.rows["id"], part.rows["id"]):
            rows = pa.concat_tables([held.rows, part.rows])
            held = Part(held.windows + part.windows, rows)
            continue
        if held:
            yield held
        held = part
    if held:
        yield held


def once(parts: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of all parts; an entry in several counts as it was read last."""
    rows = pa.concat_tables(parts)
    numbered = rows.append_column("number", pa.array(range(rows.num_rows), pa.int64()))
    last = numbered.group_by("id").aggregate([("number", "max")])["number_max"]
    return rows if len(last) == rows.num_rows else rows.take(pc.take(last, pc.sort_indices(last)))


def between(table: pa.Table, begins: str, since: datetime, until: datetime) -> pa.Table:
    """Return the rows that begin in [since, until)."""
    column = table[begins]
    inside = pc.and_(pc.greater_equal(column, since), pc.less(column, until))
    first, count = pc.index(inside, True).as_py(), pc.sum(inside).as_py() or 0
    if count and pc.all(inside.slice(first, count)).as_py():
        return table.slice(first, count)  # most lists are in order: nothing is copied
    return table.filter(inside)


def wide(rows: Tables) -> pa.Table:
    """Return the rows of all tables as one, with the columns of all of them."""
    return pa.concat_tables(rows.values(), promote_options="default")


def ids(table: pa.Table) -> list[Any]:
    """Return the ids of some rows."""
    values: list[Any] = table["id"].to_pylist()
    return values


def all_ids(rows: Tables) -> pa.ChunkedArray:
    """Return the ids of the rows of all tables."""
    columns = [table["id"] for table in rows.values()]
    return pa.chunked_array([c for column in columns for c in column.chunks], columns[0].type)


def without(table: pa.Table, gone: Collection[Id] | pa.ChunkedArray) -> pa.Table:
    """Return the rows whose ids are not among these."""
    if not table.num_rows or not len(gone):
        return table
    column = table["id"]
    if not isinstance(gone, pa.ChunkedArray):
        gone = pa.array(list(gone), column.type)
    are = pc.is_in(column, gone)
    return table.filter(pc.invert(are)) if pc.any(are).as_py() else table


def count_in(ids: pa.ChunkedArray, others: pa.ChunkedArray) -> int:
    """Return how many of these ids are among others."""
    return int(pc.sum(pc.is_in(ids, others)).as_py() or 0)
