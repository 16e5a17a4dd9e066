"""The same models on Spark: what was loaded goes to S3 as Parquet, Spark builds the marts of it.

    warehouse → s3://bucket/folder/<schema>/<table>/ → Spark's tables → dbt → Spark's marts

Raw tables are read as they are loaded. Snapshots are taken in the warehouse, as Spark keeps none
without a table format that can merge, and are read like raw tables. S3 is where, and as whom,
AWS_ENDPOINT_URL and its like say.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from pyspark import SparkConf, SparkContext
from pyspark.logger import PySparkLogger
from pyspark.sql import DataFrame, SparkSession

from pipelines.built import MARTS, PROJECT
from pipelines.models import variables
from pipelines.place import Place
from pipelines.spark_s3 import SOURCE, ParquetOnS3, write
from pipelines.spark_sql import in_spark

ROWS_A_FILE = 250_000
# DuckDB's types that Parquet tells otherwise: text, and instants in UTC.
PLAIN = {"JSON": "VARCHAR", "TIMESTAMP": "TIMESTAMPTZ"}
TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE (table_schema LIKE '%\\_raw' ESCAPE '\\' OR table_schema = 'snapshots')
        AND table_name NOT LIKE '\\_dlt\\_%' ESCAPE '\\'
    ORDER BY ALL
"""
ON_THIS_MACHINE = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
SETTINGS = {
    "spark.sql.catalogImplementation": "in-memory",
    # As many digits as DuckDB keeps, or an error.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.legacy.decimal.retainFractionDigitsOnTruncate": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def copy_out(warehouse: Path, store: str) -> list[str]:
    """Write what the models read to S3, in place of what was there; return the tables' names."""
    folder = store.removeprefix("s3://").rstrip("/")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        tables = connection.execute(TABLES).fetchall()
        for schema, table in tables:
            columns = connection.execute(f"DESCRIBE {schema}.{table}").fetchall()
            chosen = (
                f'"{name}"::{PLAIN.get(kind, kind)} AS "{name}"' for name, kind, *_ in columns
            )
            rows = connection.execute(f"SELECT {', '.join(chosen)} FROM {schema}.{table}")
            write(f"{folder}/{schema}/{table}", rows.to_arrow_reader(ROWS_A_FILE))
    return [f"{schema}.{table}" for schema, table in tables]


class Session(SparkSession):
    """A session that understands the models; dbt-spark takes the one it finds."""

    def sql(self, sqlQuery: str, args: Any = None, **kwargs: Any) -> DataFrame:  # noqa: ANN401, N803 - Spark's own names
        """Run a statement of dbt's."""
        return super().sql(in_spark(sqlQuery), args, **kwargs)


@contextmanager
def session(folder: Path) -> Iterator[Session]:
    """Start Spark, with its tables in a folder."""
    conf = SparkConf().setAll(SETTINGS.items()).set("spark.sql.warehouse.dir", str(folder))
    conf.setMaster(os.environ.get("TIMEHOUSE_SPARK_MASTER", "local[*]"))
    conf.set("spark.driver.memory", os.environ.get("TIMEHOUSE_SPARK_MEMORY", "4g"))
    if conf.get("spark.master").startswith("local"):
        conf.setAll(ON_THIS_MACHINE.items())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    context = SparkContext(appName="timehouse", conf=conf)
    context.setLogLevel("ERROR")
    # dbt asks whether tables are there; for PySpark each that is not is an error worth a page.
    PySparkLogger.getLogger("SQLQueryContextLogger").setLevel("CRITICAL")
    spark = Session(context)
    try:
        spark.dataSource.register(ParquetOnS3)
        yield spark
    finally:
        spark.stop()


def read_in(spark: Session, store: str, tables: list[str]) -> None:
    """Let Spark read tables from S3 into its own, under the same names."""
    folder = store.removeprefix("s3://").rstrip("/")
    for schema in dict.fromkeys(table.partition(".")[0] for table in tables):
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in tables:
        found = spark.read.format(SOURCE).option("folder", f"{folder}/{table.replace('.', '/')}")
        found.load().write.saveAsTable(table)


def build(folder: Path, told: Mapping[str, Any], as_of: datetime) -> dict[str, str]:
    """Run the models in the session there is; return what was said of those that failed."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - 4 s that an import should not take

    os.environ |= {"TIMEHOUSE_AS_OF": as_of.isoformat(), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    arguments = ["--quiet", "run", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments += ["--target", "spark", "--target-path", str(folder), "--log-path", str(folder)]
    arguments += ["--no-use-colors", "--no-version-check", "--log-level-file", "none"]
    arguments += ["--vars", json.dumps({**told, "marts_schema": MARTS})]
    outcome = dbtRunner().invoke(arguments)
    if outcome.exception:
        raise outcome.exception
    results: Any = outcome.result
    return {each.node.name: each.message for each in results if each.status != "success"}


def main() -> None:
    """Build the marts of a warehouse on Spark; 1: a model failed, 2: nothing was begun."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.spark", description=main.__doc__)
    parser.add_argument("store", help="where Parquet is put for Spark: s3://bucket/folder")
    parser.add_argument("tables", type=Path, help="a new folder, for Spark's tables")
    named = os.environ.get("TIMEHOUSE_WAREHOUSE", "timehouse.duckdb")
    parser.add_argument("--warehouse", type=Path, default=Path(named), help="a DuckDB file")
    given = parser.parse_args()
    if given.tables.exists():
        parser.error(f"{given.tables} is there already. Name a new folder.")
    if not given.warehouse.is_file():
        parser.error(f"There is no warehouse {given.warehouse}.")
    place = Place(warehouse=given.warehouse)
    as_of = datetime.fromisoformat(os.environ.get("TIMEHOUSE_AS_OF") or f"{datetime.now(UTC)}")
    with place.locked():
        told, tables = variables(place), copy_out(place.warehouse, given.store)
    if not any(table.startswith("snapshots.") for table in tables):
        parser.error("Snapshots are taken in the warehouse: run `timehouse models` first.")
    with session(given.tables.absolute()) as spark:
        read_in(spark, given.store, tables)
        failed = build(place.folder / "spark", told, as_of)
    for name, message in failed.items():
        print(f"{name}: {message}")  # noqa: T201 - the output itself
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
