"""Rows of a page of entries, sorted by type into three tables and by time into windows."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import ABSENT, UNDECLARED, content_hash, pseudonyms
from api_extract.errors import NotAsAgreed
from api_extract.tables import Table
from api_extract.windows import Window
from clockodo_source.settings import Settings
from clockodo_source.tables import ENTRY_TABLES

Tables = dict[str, pa.Table]

ROWS_AT_ONCE = 20_000
ENHANCED_ONLY = {
    *("users_name", "customers_name", "projects_name", "subprojects_name", "services_name"),
    *("text", "hourly_rate", "revenue", "lumpsum_services_price"),
}


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
    """One window, its entries by table, and their digest."""

    window: Window
    rows: Tables
    digest: str

    @property
    def count(self) -> int:
        """The number of entries."""
        return sum(table.num_rows for table in self.rows.values())

    @property
    def running(self) -> bool:
        """Whether a clock is running in it."""
        return any(table["time_until"].null_count > 0 for table in self.rows.values())

    @property
    def facts(self) -> dict[str, Any]:
        """What is remembered of it."""
        return {"hash": self.digest, "rows": self.count, "running": self.running}


def joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Join adjacent parts of few rows, as each part costs dlt a look at every table.

    An entry that moved while they were read, from one to the next, counts where it was read last.
    """
    held: Part | None = None
    for part in parts:
        if held and held.rows.num_rows < ROWS_AT_ONCE and held.until == part.since:
            rows = [without(held.rows, ids(part.rows)), part.rows]
            held = Part(held.windows + part.windows, pa.concat_tables(rows))
            continue
        if held:
            yield held
        held = part
    if held:
        yield held


def guarded(settings: Settings) -> list[Table]:
    """Return the tables of the types 1, 2, 3 without what the settings keep off the disk."""
    return [t.guarded(settings.exclude_columns, settings.hash_columns) for t in ENTRY_TABLES]


def by_table(rows: pa.Table, kinds: Sequence[Table]) -> Tables:
    """Sort rows of all types into their tables; raises NotAsAgreed for a type nobody knows."""
    unknown = set(pc.unique(rows["type"]).to_pylist()) - {1, 2, 3}
    if unknown:
        raise NotAsAgreed(
            f"GET /v2/entries: entries of type {', '.join(map(str, sorted(unknown, key=str)))}."
            " Nothing was loaded, because it is not known what they mean."
        )
    return {
        table.name: _of_type(rows.filter(pc.equal(rows["type"], number)), table)
        for number, table in enumerate(kinds, start=1)
    }


def slices(rows: Tables, windows: Sequence[Window], zone: ZoneInfo) -> list[Slice]:
    """Cut sorted rows at the borders of windows."""
    cut = []
    for window in windows:
        inside = {name: between(table, *window.bounds(zone)) for name, table in rows.items()}
        digest = "".join(content_hash(table, ["id"]) for table in inside.values() if table.num_rows)
        cut.append(Slice(window, inside, digest))
    return cut


def between(table: pa.Table, since: datetime, until: datetime) -> pa.Table:
    """Return the rows that begin in [since, until)."""
    begins = table["time_since"]
    return table.filter(pc.and_(pc.greater_equal(begins, since), pc.less(begins, until)))


def wide(rows: Tables) -> pa.Table:
    """Return the rows of all tables as one, with the columns of all of them."""
    return pa.concat_tables(rows.values(), promote_options="default")


def ids(table: pa.Table) -> list[int]:
    """Return the ids of some rows."""
    values: list[int] = table["id"].to_pylist()
    return values


def without(table: pa.Table, gone: Collection[int]) -> pa.Table:
    """Return the rows whose ids are not among these."""
    return table.filter(pc.invert(pc.is_in(table["id"], pa.array(list(gone), pa.int64()))))


def withheld(rows: pa.Table) -> pa.Table:
    """Mark what a plain list leaves out as hidden by a right, so that what is known of it stays."""
    names = ENHANCED_ONLY & set(rows.column_names)
    hidden = {n for n in names if rows[n].null_count == rows.num_rows}
    absent = [sorted(hidden.union(own or ())) for own in rows[ABSENT.name].to_pylist()]
    index = rows.column_names.index(ABSENT.name)
    return rows.set_column(index, ABSENT, pa.array(absent, ABSENT.type))


def _of_type(rows: pa.Table, table: Table) -> pa.Table:
    own = {c.name for c in table.columns} | {UNDECLARED.name, ABSENT.name}
    foreign = [
        name
        for name in rows.column_names
        if name not in own and rows[name].null_count < rows.num_rows
    ]
    if foreign:
        rows = _undeclared(rows, foreign)
    arrays = [pseudonyms(rows[c.name]) if c.hashed else rows[c.name] for c in table.loaded]
    # What other types have is absent from each row of this one, and no news.
    lacking = own & set(pc.unique(pc.list_flatten(rows[ABSENT.name])).to_pylist())
    absent = rows[ABSENT.name] if lacking else pa.nulls(rows.num_rows, ABSENT.type)
    beside = [pa.field(UNDECLARED.name, pa.string()), ABSENT]
    schema = pa.schema([*table.schema, *beside])
    return pa.table([*arrays, rows[UNDECLARED.name], absent], schema=schema)


def _undeclared(rows: pa.Table, names: list[str]) -> pa.Table:
    """Keep values under keys that belong to another type of entry."""
    kept = []
    for row in rows.select([*names, UNDECLARED.name]).to_pylist():
        extra = msgspec.json.decode(row.pop(UNDECLARED.name) or "{}")
        extra |= {k: v for k, v in row.items() if v is not None}
        kept.append(msgspec.json.encode(extra, order="sorted").decode() if extra else None)
    index = rows.column_names.index(UNDECLARED.name)
    return rows.set_column(index, UNDECLARED.name, pa.array(kept, pa.string()))
