"""The book-keeping: what each run saw, written in plain SQL after its load.

A run that finds nothing changed makes no load package, and must still be known to have run.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dlt

from clockodo_source import Report

TABLES = {
    "api_identity": (
        "run_id varchar, as_of timestamp with time zone, users_id bigint, role varchar,"
        " timezone varchar, rights varchar"
    ),
    "resource_status": (
        "run_id varchar, as_of timestamp with time zone, resource varchar, status varchar,"
        " rows_read bigint, requests bigint, detail varchar"
    ),
    "sync_windows": (
        "resource varchar, window_from date, window_until date, read_at timestamp with time zone,"
        " rows_read bigint, content_hash varchar"
    ),
}


class Ledger:
    """Writes and reads the book-keeping of one account."""

    def __init__(self, pipeline: dlt.Pipeline, schema: str) -> None:
        self._pipeline = pipeline
        self._schema = schema

    def write(self, report: Report, as_of: datetime, failed: dict[str, str]) -> None:
        """Add a run; a window that was read replaces what was noted of it before."""
        run_id = uuid.uuid4().hex
        with self._pipeline.sql_client(self._schema) as client, client.begin_transaction():
            for name, columns in TABLES.items():
                table = client.make_qualified_table_name(name)
                client.execute_sql(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
            if report.owner is not None:
                rights = json.dumps(sorted(report.rights))
                _insert(
                    client,
                    "api_identity",
                    [(run_id, as_of, report.owner, report.owner_role, report.timezone, rights)],
                )
            _insert(
                client,
                "resource_status",
                [
                    (
                        run_id,
                        as_of,
                        name,
                        "failed" if name in failed else r.status,
                        r.rows,
                        r.requests,
                        failed.get(name) or r.detail or None,
                    )
                    for name, r in report.resources.items()
                ],
            )
            windows = [
                (w.resource, w.since, w.until, as_of, w.rows, w.content_hash)
                for w in report.windows.values()
            ]
            table = client.make_qualified_table_name("sync_windows")
            for resource, since, until, *_ in windows:
                client.execute_sql(
                    f"DELETE FROM {table} WHERE resource = %s AND window_from = %s"
                    " AND window_until = %s",
                    resource,
                    since,
                    until,
                )
            _insert(client, "sync_windows", windows)

    def read(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, in which {name} stands for a table of the raw schema."""
        with self._pipeline.sql_client(self._schema) as client:
            tables = _Names(client)
            return [tuple(row) for row in client.execute_sql(query.format_map(tables)) or []]


class _Names(dict[str, str]):
    def __init__(self, client: Any) -> None:  # noqa: ANN401 - dlt's type depends on the destination
        super().__init__()
        self._client = client

    def __missing__(self, name: str) -> str:
        return str(self._client.make_qualified_table_name(name))


def _insert(client: Any, name: str, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401 - as above
    table = client.make_qualified_table_name(name)
    for row in rows:
        marks = ", ".join(["%s"] * len(row))
        client.execute_sql(f"INSERT INTO {table} VALUES ({marks})", *row)
