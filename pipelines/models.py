"""Builds and tests the SQL models with dbt, in this process, and publishes what has passed.

    stg_ → snap_ → int_ → marts_next.* → all tests passed → marts.*, in one transaction

So the last good marts stay as they are while others are built, and when a test fails.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api_extract.errors import YourMove
from pipelines import lake
from pipelines.built import BUILT, MARTS, NEXT, PROJECT, accounts, made_of
from pipelines.lake import LAKE
from pipelines.pending import refuse_a_newer
from pipelines.place import Place, memory_limit
from pipelines.systems import LOADING, SYSTEMS

# Table, column or null, and comment, of all that has one.
COMMENTS = {
    "duckdb": """
        SELECT table_name, NULL, comment FROM duckdb_tables()
        WHERE schema_name = '{schema}' AND comment IS NOT NULL
        UNION ALL
        SELECT table_name, column_name, comment FROM duckdb_columns()
        WHERE schema_name = '{schema}' AND comment IS NOT NULL
    """,
    "postgres": """
        SELECT tables.relname, columns.attname, description
        FROM pg_description
        JOIN pg_class AS tables ON tables.oid = objoid AND classoid = 'pg_class'::regclass
        LEFT JOIN pg_attribute AS columns
            ON attrelid = objoid AND attnum = objsubid AND objsubid > 0
        WHERE relnamespace = '{schema}'::regnamespace
    """,
}
COMMENTS[LAKE] = COMMENTS["duckdb"]


@dataclass
class Built:
    """What dbt made of it: how many models and tests passed, and what failed."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)


def build_models(place: Place, as_of: datetime) -> Built:
    """Run and test all models; a failure is told in the result, not raised.

    Raises YourMove where a later version has filled one of the accounts.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - 4 s that only this verb should pay

    arguments = ["--quiet", "build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments += ["--target", place.destination, "--target-path", str(place.folder / "dbt")]
    arguments += ["--log-path", str(place.folder / "dbt"), "--no-use-colors", "--no-version-check"]
    arguments += ["--log-level-file", "none"]  # dbt would leave its file open; failures are told
    arguments += ["--no-write-json"]  # its manifest takes a second, and nobody reads it
    # Unit tests try the SQL on invented rows; that is for those who change it, not for each run.
    arguments += ["--exclude-resource-type", "unit_test"]
    with place.at_hand():
        for each in accounts(place):
            refuse_a_newer(each)
        arguments += ["--vars", json.dumps(variables(place))]
        with place.pipeline().sql_client() as client:  # what a failed build has left
            client.execute_sql(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE")
            client.execute_sql(f"CREATE SCHEMA {NEXT}")  # there until a build has passed
    with _environment(place, as_of):
        try:
            outcome = dbtRunner().invoke(arguments)
        finally:
            release(place)
    if outcome.exception:
        return Built(failed=[str(outcome.exception).strip()])
    built = _built(outcome.result)
    if not built.failed:
        with place.at_hand():
            _publish(place)
            (place.folder / BUILT).write_text(json.dumps(made_of(place, place.pipeline(), as_of)))
    return built


def variables(place: Place) -> dict[str, Any]:
    """Return what the models are to be built of."""
    labels: dict[str, list[str]] = {system: [] for system in SYSTEMS}
    for each in accounts(place):
        labels[each.system].append(each.account)
    return {
        "systems": [system for system in SYSTEMS if labels[system]],
        "marts_schema": NEXT,
        **{f"{system}_accounts": labels[system] for system in SYSTEMS if labels[system]},
    }


def _publish(place: Place) -> None:
    """Change over from the last good marts to those that have just passed, all at once."""
    with place.pipeline().sql_client() as client, client.begin_transaction():
        if place.destination == LAKE:  # else names such as row_id are its own
            client.execute_sql("SET ducklake_default_data_inlining_row_limit = 0")
        client.execute_sql(f"CREATE SCHEMA IF NOT EXISTS {MARTS}")
        before, after = columns(client, MARTS), columns(client, NEXT)
        for table, described in after.items():
            if place.destination != "postgres":  # DuckDB can neither move tables nor rename schemas
                client.execute_sql(
                    f"CREATE OR REPLACE TABLE {MARTS}.{table} AS FROM {NEXT}.{table}"
                )
            elif before.get(table) == described:  # so that views and grants of others stay
                client.execute_sql(f"DELETE FROM {MARTS}.{table}")
                client.execute_sql(f"INSERT INTO {MARTS}.{table} SELECT * FROM {NEXT}.{table}")
            else:
                client.execute_sql(f"DROP TABLE IF EXISTS {MARTS}.{table} CASCADE")
                client.execute_sql(f"ALTER TABLE {NEXT}.{table} SET SCHEMA {MARTS}")
        if place.destination != "postgres":
            for statement in comments(client, place.destination, NEXT):
                client.execute_sql(statement)
        client.execute_sql(f"DROP SCHEMA {NEXT} CASCADE")


def columns(client: Any, schema: str) -> dict[str, list[tuple[str, str]]]:  # noqa: ANN401 - dlt's clients share no typed base
    """Return the columns of each table of a schema, in order, with their types."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = client.execute_sql(
        "SELECT table_name, column_name, CASE WHEN data_type = 'numeric'"
        " THEN 'numeric(' || numeric_precision || ', ' || numeric_scale || ')' ELSE data_type END"
        " FROM information_schema.columns"
        f" WHERE table_schema = '{schema}' ORDER BY table_name, ordinal_position"
    )
    for table, column, kind in rows or []:
        found.setdefault(table, []).append((column, kind))
    return found


def comments(client: Any, destination: str, schema: str) -> list[str]:  # noqa: ANN401 - as above
    """Return the statements that put the comments of a schema's tables on published ones."""
    rows = client.execute_sql(COMMENTS[destination].format(schema=schema))
    quoted = (
        ("COLUMN" if column else "TABLE", ".".join(filter(None, (MARTS, table, column))), text)
        for table, column, text in rows
    )
    return [
        f"COMMENT ON {kind} {name} IS '{text.replace(chr(39), 2 * chr(39))}'"
        for kind, name, text in quoted
    ]


def models(place: Place, as_of: datetime) -> Built:
    """Build the models while holding the warehouse; raises YourMove where a load is pending."""
    if place.destination == "duckdb" and not place.warehouse.exists():
        raise YourMove(f"There is no warehouse {place.warehouse}. Run {LOADING} first.")
    with place.locked():
        for each in accounts(place):
            if each.pipeline().has_pending_data:
                raise YourMove(
                    f"A load was left unfinished. Run {each.loading}, which finishes it."
                )
        if not accounts(place):
            raise YourMove(f"Not all was loaded that the models need. Run {LOADING}.")
        return build_models(place, as_of)


def _built(results: Any) -> Built:  # noqa: ANN401 - dbt types its results by command
    built = Built()
    for result in results:
        if result.status in ("success", "pass"):
            built.passed += 1
        elif result.status not in ("skipped", "warn"):
            built.failed.append(f"{result.node.name}: {result.message}")
    return built


def release(place: Place) -> None:
    """Let go of DuckDB's file or lake, which dbt would keep open as long as this process lives."""
    if place.destination != "postgres":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # untyped in dbt


@contextmanager
def _environment(place: Place, as_of: datetime) -> Iterator[None]:
    """Give dbt's profile the warehouse and what counts as now, and dlt's PostgreSQL credentials."""
    before = dict(os.environ)
    os.environ["TIMEHOUSE_AS_OF"] = as_of.isoformat()
    os.environ["TIMEHOUSE_WAREHOUSE"] = str(place.warehouse.absolute())
    os.environ["TIMEHOUSE_MEMORY_LIMIT"] = memory_limit()
    if place.destination == LAKE:
        os.environ |= lake.environment(place.credentials)
    if place.destination == "postgres":
        credentials = place.credentials
        for name in ("host", "port", "user", "password", "database"):
            value = getattr(credentials, "username" if name == "user" else name)
            os.environ[f"TIMEHOUSE_POSTGRES_{name}".upper()] = str(value)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
