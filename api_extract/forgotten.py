"""What is kept of people who were forgotten: what is counted, and nothing that tells who it was."""

from collections.abc import Collection
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.tables import Table


def unnamed(rows: pa.Table, table: Table, people: Collection[int | str], *more: str) -> pa.Table:
    """Return the rows with what tells of these people emptied; `more`: columns emptied likewise."""
    if table.person is not None:
        column = rows[table.person]
        theirs = pc.is_in(column, pa.array(list(people), column.type))
        for name in (*table.forgotten, *more):
            kept = pc.if_else(theirs, pa.scalar(None, rows[name].type), rows[name])
            rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), kept)
    for name in table.mentioning:
        texts = [None if v is None else unmentioned(v, people) for v in rows[name].to_pylist()]
        kept = pa.array(texts, rows[name].type)
        rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), kept)
    return rows


def unmentioned(text: str, people: Collection[int | str]) -> str:
    """Return JSON in which objects that are these people are nothing but their ids."""
    return msgspec.json.encode(_bare(msgspec.json.decode(text), people), order="sorted").decode()


def _bare(value: Any, people: Collection[int | str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, list):
        return [_bare(each, people) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("id") in people:
        return {"id": value["id"]}
    return {key: _bare(each, people) for key, each in value.items()}
