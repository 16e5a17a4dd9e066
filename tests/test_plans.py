"""What a load replaces is found by joins: no engine searches all that is loaded for each row."""

from collections.abc import Iterator
from typing import Any

import duckdb
import psycopg2
import pytest

from api_extract.replace import OF, SINCE, UNTIL, scope, staged_schema
from api_extract.tables import Table
from tests import postgres
from tests.test_replace import DAYS, ENTRIES, HOLIDAYS, LOG, TAGS, TASKS, YEARS

TABLES = (ENTRIES, TAGS, DAYS, HOLIDAYS, YEARS, TASKS, LOG)
TYPES = {
    "int64": "bigint",
    "string": "text",
    "double": "float8",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us, tz=UTC]": "timestamptz",
}
NUMBERED = {
    "int64": "n",
    "string": "'t' || n",
    "double": "n",
    "date32[day]": "date '2026-01-01' + n",
    "timestamp[us, tz=UTC]": "timestamptz '2026-01-01' + n * interval '1 hour'",
}
ROWS = 3_000  # held, and as many loaded


def made(table: Table) -> Iterator[str]:
    """Yield what makes a table, what is staged for it with a marker, and how rows are deleted."""
    columns = {field.name: str(field.type) for field in staged_schema(table)}
    yield f"create table staged ({', '.join(f'{n} {TYPES[of]}' for n, of in columns.items())})"
    names = ", ".join(table.schema.names)
    yield f"create table held as select {names} from staged"
    values = ", ".join(NUMBERED[columns[name]] for name in table.schema.names)
    numbers = f"select cast(g as integer) as n from generate_series(1, {ROWS}) as s(g)"
    for name in ("held", "staged"):
        yield f"insert into {name} ({names}) select {values} from ({numbers}) as numbers"
    marks = [name for name in (SINCE, UNTIL, OF) if name in columns]
    if marks:
        of = ", ".join(f"max({NUMBERED[columns[name]]})" for name in marks)
        yield f"insert into staged ({', '.join(marks)}) select {of} from ({numbers}) as numbers"
    yield f"delete from held where {scope(table).format(table='held', staging_table='staged')}"


def quadratic(plan: dict[str, Any]) -> bool:
    """Tell whether a plan of PostgreSQL looks at a whole table again and again."""
    parts = plan.get("Plans", [])
    again = plan["Node Type"] == "Nested Loop" and not (
        parts[1]["Node Type"] == "Materialize" and "Filter" in parts[1]["Plans"][0]
    )
    return again or plan.get("Parent Relationship") == "SubPlan" or any(map(quadratic, parts))


def test_postgresql_looks_at_each_row_once() -> None:
    """A list that it could search for each row is joined, and markers, which are few, are kept."""
    if postgres.binaries() is None:
        pytest.skip(postgres.HOW_TO_GET)
    with postgres.server() as url:
        for table in TABLES:
            connection = psycopg2.connect(url)
            with connection, connection.cursor() as cursor:
                *before, deletion = made(table)
                cursor.execute(";".join(before))
                cursor.execute(f"explain (format json) {deletion}")
                ((plans,),) = cursor.fetchall()
                assert not quadratic(plans[0]["Plan"]), table.name
                cursor.execute("drop table held, staged")
            connection.close()


def test_duckdb_looks_at_each_row_once() -> None:
    """All joins are by hash or by range."""
    for table in TABLES:
        with duckdb.connect() as connection:
            *before, deletion = made(table)
            for statement in before:
                connection.execute(statement)
            ((_, plan),) = connection.execute(f"explain {deletion}").fetchall()
            assert "_JOIN" in plan
            assert "NESTED_LOOP" not in plan, table.name
