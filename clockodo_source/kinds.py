"""Entries of three types on a page, sorted into three tables, and what a plain list leaves out."""

from collections.abc import Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import ABSENT, pseudonyms
from api_extract.entry_rows import Tables
from api_extract.errors import Unexpected
from api_extract.tables import UNDECLARED, Table

ENHANCED_ONLY = {
    *("users_name", "customers_name", "projects_name", "subprojects_name", "services_name"),
    *("text", "hourly_rate", "revenue", "lumpsum_services_price"),
}


def of_known_types(rows: pa.Table) -> pa.Table:
    """Return the rows; raises Unexpected for a type nobody knows."""
    unknown = set(pc.unique(rows["type"]).to_pylist()) - {1, 2, 3}
    if unknown:
        raise Unexpected(
            f"GET /v2/entries: entries of type {', '.join(map(str, sorted(unknown, key=str)))}."
            " It is not known what they mean, so they are not loaded."
        )
    return rows


def by_table(rows: pa.Table, kinds: Sequence[Table]) -> Tables:
    """Sort rows of all types into their tables."""
    return {
        table.name: _of_type(rows.filter(pc.equal(rows["type"], number)), table)
        for number, table in enumerate(kinds, start=1)
    }


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
    schema = table.full_schema.append(ABSENT)
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
