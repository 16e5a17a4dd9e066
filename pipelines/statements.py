"""How rows are written and named in plain SQL, on any destination."""

from collections.abc import Iterator, Sequence
from typing import Any

ROWS_PER_STATEMENT = 500


class Names(dict[str, str]):
    """The names of tables as a destination writes them, by those that the books use."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - dlt's type depends on the destination
        super().__init__()
        self._client = client

    def __missing__(self, name: str) -> str:
        return str(self._client.make_qualified_table_name(name))


def delete(
    client: Any,  # noqa: ANN401 - as above
    name: str,
    key: str,
    keys: Sequence[tuple[Any, ...]],
    condition: str = "",
) -> None:
    """Delete what was noted earlier of these: each keeps its latest reading only."""
    table = client.make_qualified_table_name(name)
    for some in _batches(keys):
        values = _literals(client, some)
        client.execute_sql(f"DELETE FROM {table} WHERE ({key}) IN ({values}){condition}")


def insert(client: Any, name: str, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401 - as above
    """Add rows, some at a time."""
    table = client.make_qualified_table_name(name)
    for some in _batches(rows):
        client.execute_sql(f"INSERT INTO {table} VALUES {_literals(client, some)}")


def _batches(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    return (rows[n : n + ROWS_PER_STATEMENT] for n in range(0, len(rows), ROWS_PER_STATEMENT))


def _literals(client: Any, rows: Sequence[tuple[Any, ...]]) -> str:  # noqa: ANN401 - as above
    """Write rows as dlt itself does: to bind a thousand values one by one takes DuckDB a second."""
    escape = client.capabilities.escape_literal
    return ", ".join(f"({', '.join(escape(value) for value in row)})" for row in rows)
