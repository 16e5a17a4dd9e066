"""How re-read spans replace what the destination holds, in one transaction a table.

A load carries, beside the rows, one hard-deleted marker row per re-read window. The merge then
deletes what lies in any marked window or shares a key with a staged row, and inserts the rows:

    rows of March, marker [1 March, 1 April)  ->  March is exactly these rows, or empty
    no marker                                 ->  a plain upsert
    a table without windows                   ->  exactly these rows

The condition holds no literals, so it is the same in every load and cannot go stale.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.schema.typing import TColumnSchema
from dlt.extract.items import DataItemWithMeta

from api_extract.columns import loadable
from api_extract.tables import UNDECLARED, Kind, Table

SINCE = "_window_since"
UNTIL = "_window_until"
OF = "_window_of"
DELETED = "_deleted"

# dlt warns at each Arrow table that a JSON column arrives as text, which is how it must arrive.
logging.getLogger("dlt").addFilter(
    lambda record: "when merging arrow schema with dlt schema" not in str(record.msg)
)

ROW_GROUP = 122_880  # rows that DuckDB keeps together

Bound = datetime | date | int

_END = datetime(9999, 12, 31, tzinfo=UTC)

_FILLERS: dict[Kind, Any] = {
    "bigint": -1,
    "timestamp": datetime(1970, 1, 1, tzinfo=UTC),
    "date": date(1970, 1, 1),
    "text": "",
}


@dataclass(frozen=True)
class Marked:
    """One re-read window [since, until) of a table, of one `per` where the table is read so.

    Without bounds it is all rows of that `per`.
    """

    since: Bound | None = None
    until: Bound | None = None
    per: int | str | None = None


def staged(
    table: Table, rows: pa.Table, windows: Iterable[Marked] = (), gone: Sequence[int | str] = ()
) -> Iterator[DataItemWithMeta]:
    """Yield what replaces these windows of a table by these rows, ready for a dlt resource.

    `gone`: what of a roaming table now stands elsewhere, or is no more. Without rows and windows
    an empty table is yielded: it creates the table, and empties one that is replaced whole.
    """
    schema = staged_schema(table)
    rows = loadable(rows)
    markers = [_marker(table, w) for w in windows]
    # Later than any row, so that it wins over one of the same id that was staged before it.
    markers += [_leaving(table, key) for key in gone]
    for name in schema.names[len(rows.schema) :]:
        rows = rows.append_column(name, pa.nulls(rows.num_rows, schema.field(name).type))
    # At once, as each table handed on costs dlt a look at all its columns.
    all_of_it = [rows.cast(schema), pa.Table.from_pylist(markers, schema=schema)]
    yield _with_hints(table, pa.concat_tables(all_of_it))


def in_row_groups(items: Iterable[DataItemWithMeta]) -> Iterator[DataItemWithMeta]:
    """Yield the same rows of each table in pieces of one row group, and what is left at the end.

    DuckDB copies what it is given in other pieces until its row groups are full.
    """
    held: dict[str, DataItemWithMeta] = {}
    for item in items:
        name = str(item.meta.hints["table_name"])
        rows: Any = item.data
        if name in held:
            rows = pa.concat_tables([held[name].data, rows])
        whole = rows.num_rows // ROW_GROUP * ROW_GROUP
        for first in range(0, whole, ROW_GROUP):
            yield DataItemWithMeta(item.meta, rows.slice(first, ROW_GROUP))
        held[name] = DataItemWithMeta(item.meta, rows.slice(whole))
    yield from held.values()


def staged_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table as it is loaded."""
    schema = table.full_schema
    if table.window is not None:
        kind = schema.field(table.window).type
        schema = schema.append(pa.field(SINCE, kind)).append(pa.field(UNTIL, kind))
    if table.per:
        schema = schema.append(pa.field(OF, schema.field(table.per).type))
    return schema.append(pa.field(DELETED, pa.bool_())) if table.in_parts else schema


def scope(table: Table) -> str:
    """Return the condition, in SQL, for the rows of the destination that a load deletes."""
    if table.grows:
        return f"{table.key[0]} IN (SELECT {table.key[0]} FROM {{staging_table}})"
    if not table.in_parts:
        return "1 = 1"
    row = "r" if table.roams else "{table}"
    within = [f"w.{UNTIL if table.window else OF} IS NOT NULL"]
    if table.per:
        within += [f"{row}.{table.per} = w.{OF}"]
    if table.window:
        within += [f"{row}.{table.window} >= w.{SINCE}", f"{row}.{table.window} < w.{UNTIL}"]
    marked = " AND ".join(within)
    if not table.roams:
        return f"EXISTS (SELECT 1 FROM {{staging_table}} AS w WHERE {marked})"
    # One list, not two conditions with OR: PostgreSQL would go through all of it for each row.
    return (
        f"{table.roams} IN (SELECT {table.roams} FROM {{staging_table}}"
        f" UNION ALL SELECT r.{table.roams} FROM {{table}} AS r"
        f" JOIN {{staging_table}} AS w ON {marked})"
    )


def _marker(table: Table, window: Marked) -> dict[str, Any]:
    row = _no_rows_key(table)
    if table.per:
        row[OF] = window.per
    return row | {SINCE: window.since, UNTIL: window.until, DELETED: True}


def _leaving(table: Table, key: int | str) -> dict[str, Any]:
    row = _no_rows_key(table) | {str(table.roams): key, DELETED: True}
    return row | ({table.newest: _END} if table.newest else {})


def _no_rows_key(table: Table) -> dict[str, Any]:
    """Return a key that no row has, or the merge would take a marker for the row."""
    return {name: _FILLERS[table.kind(name)] for name in table.key}


def _with_hints(table: Table, rows: pa.Table) -> DataItemWithMeta:
    columns: dict[str, TColumnSchema] = {
        c.name: {
            "name": c.name,
            "data_type": "text" if c.hashed else c.kind,
            "description": c.description,
            "nullable": c.name not in table.key,
            "x-personal": c.personal,  # type: ignore[typeddict-unknown-key]  # dlt keeps x- hints
        }
        for c in (*table.loaded, UNDECLARED)
    }
    if table.newest in columns:
        columns[table.newest]["dedup_sort"] = "desc"
    if table.in_parts:
        columns[DELETED] = {"name": DELETED, "data_type": "bool", "hard_delete": True}
    hints = dlt.mark.make_hints(
        table_name=table.name,
        primary_key=list(table.key),
        columns=columns,
        write_disposition={
            "disposition": "merge",
            "strategy": "delete-insert",
            "destination_scope": scope(table),
        },
        additional_table_hints={"description": table.description},
    )
    return dlt.mark.with_hints(rows, hints, create_table_variant=True)
