"""What the destination of the running dlt pipeline holds now, read as Arrow."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import Any

import dlt
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from dlt.destinations.exceptions import DatabaseUndefinedRelation

from api_extract.tables import UNDECLARED, Table

IDS_PER_QUERY = 5_000


class Known:
    """Reads the tables that earlier loads of this pipeline and schema have made.

    The connection is opened by the first query, as that costs dlt 50 ms, and kept until `close`.
    """

    def __init__(self, schema: str) -> None:
        self.schema = schema
        self._connected = ExitStack()
        self._client: Any = None  # dlt's type depends on the destination

    def close(self) -> None:
        """Close the connection; the next query opens another."""
        self._connected.close()
        self._client = None

    def rows(self, table: Table, where: str = "1 = 1", *params: object) -> pa.Table:
        """Return the rows of a table, all its declared columns, in its declared types.

        A table or column that was never loaded is empty. `_dlt_load_id` is left out.
        """
        schema = table.full_schema
        held = self._held(table.name)
        names = [name for name in schema.names if name in held]
        if not names:
            return schema.empty_table()
        found = self._query(names, where, table, *params)
        json_columns = {c.name for c in (*table.loaded, UNDECLARED) if c.kind == "json"}
        arrays = []
        for field in schema:
            if field.name not in names:
                arrays.append(pa.nulls(found.num_rows, field.type))
                continue
            values = found[field.name]
            if field.name in json_columns:
                values = pa.array([_canonical(v) for v in values.to_pylist()], pa.string())
            arrays.append(values.cast(field.type))
        return pa.table(arrays, schema=schema)

    def by_id(self, table: Table, ids: Sequence[int | str]) -> pa.Table:
        """Return the rows with these ids."""
        if ids and isinstance(ids[0], int) and "id" in self._held(table.name):
            # Numbers that are near are few, as they grow; to name each is slow where none is there.
            near = self._query(["id"], "id BETWEEN %s AND %s", table, min(ids), max(ids))["id"]
            ids = near.filter(pc.is_in(near, pa.array(ids, near.type))).to_pylist()
        batches = (ids[n : n + IDS_PER_QUERY] for n in range(0, len(ids), IDS_PER_QUERY))
        parts = [
            self.rows(table, f"id IN ({', '.join(['%s'] * len(some))})", *some) for some in batches
        ]
        return pa.concat_tables(parts) if parts else self.rows(table, "1 = 0")

    def days(self, table: Table, where: str) -> list[Any]:
        """Return the distinct days, in the session's zone, on which matching rows lie."""
        if table.name not in self._tables:
            return []
        return [day for (day,) in self._distinct(f"CAST({table.window} AS DATE)", table, where)]

    def distinct(
        self, table: Table, columns: Sequence[str], where: str, *params: object
    ) -> list[tuple[Any, ...]]:
        """Return the values that some columns have together; none where one was never loaded."""
        held = self._held(table.name)
        if not all(column in held for column in columns):
            return []
        names = ", ".join(map(self._opened().escape_column_name, columns))
        return self._distinct(names, table, where, *params)

    def _distinct(
        self, what: str, table: Table, where: str, *params: object
    ) -> list[tuple[Any, ...]]:
        client = self._opened()
        name = client.make_qualified_table_name(table.name)
        sql = f"SELECT DISTINCT {what} FROM {name} WHERE {where}"
        return [tuple(row) for row in client.execute_sql(sql, *params) or []]

    def _query(self, names: Sequence[str], where: str, table: Table, *params: object) -> pa.Table:
        client = self._opened()
        columns = ", ".join(client.escape_column_name(n) for n in names)
        name = client.make_qualified_table_name(table.name)
        sql = f"SELECT {columns} FROM {name} WHERE {where}"
        declared = table.full_schema
        types = [declared.field(n).type for n in names]
        try:
            with client.execute_query(sql, *params) as cursor:
                if hasattr(cursor.native_cursor, "to_arrow_table"):
                    return cursor.native_cursor.to_arrow_table()
                rows = cursor.fetchall()
        except DatabaseUndefinedRelation:
            rows = []
        columns_of = zip(*rows, strict=True) if rows else ([] for _ in names)
        return pa.table(
            [pa.array(_plain(v), t) for v, t in zip(columns_of, types, strict=True)],
            names=list(names),
        )

    @cached_property
    def _pipeline(self) -> dlt.Pipeline:
        return dlt.current.pipeline()

    def _opened(self) -> Any:  # noqa: ANN401 - as above
        if self._client is None:
            client: Any = self._pipeline.sql_client(self.schema)
            self._client = self._connected.enter_context(client)
        return self._client

    @cached_property
    def _tables(self) -> Any:  # noqa: ANN401 - dlt's own mapping
        known = self._pipeline.schemas
        return known[self.schema].tables if self.schema in known else {}

    def _held(self, table: str) -> Any:  # noqa: ANN401 - dlt's own mapping
        return self._tables.get(table, {}).get("columns", {})


def _plain(values: Sequence[Any]) -> list[Any]:
    return [_canonical(v) if isinstance(v, dict | list) else v for v in values]


def _canonical(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    if value is None:
        return None
    parsed = msgspec.json.decode(value) if isinstance(value, str) else value
    return msgspec.json.encode(parsed, order="sorted").decode()
