"""The models of much work, built by DuckDB and by Spark: that all cells agree, and what it took.

make prove-spark            a million entries
make prove-spark YEARS=1    fewer
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
import duckdb
from pyarrow.fs import S3FileSystem

from benchmarks import models
from benchmarks.outside import machine
from pipelines import spark
from pipelines.models import release
from pipelines.place import Place
from simulator.clockodo import ClockodoApp
from simulator.world import World
from tests import seaweed

# A cluster, if on one machine: two executors, each a process of its own with 2 GiB.
CLUSTER = "local-cluster[2,1,2048]"
BUCKET = "lake"
MARTS = """
    SELECT table_name FROM duckdb_tables()
    WHERE database_name = 'built' AND schema_name = 'marts' ORDER BY ALL
"""


@contextmanager
def bucket() -> Iterator[dict[str, str]]:
    """Serve an empty bucket; yield how the environment says where it is."""
    with seaweed.server() as store:
        there = S3FileSystem(
            access_key=store.key,
            secret_key=store.secret,
            endpoint_override=store.endpoint,
            allow_bucket_creation=True,
        )
        there.create_dir(BUCKET)
        yield {
            "AWS_ENDPOINT_URL": store.endpoint,
            "AWS_ACCESS_KEY_ID": store.key,
            "AWS_SECRET_ACCESS_KEY": store.secret,
            "AWS_REGION": "us-east-1",
        }


def compared(warehouse: Path, tables: Path) -> tuple[dict[str, int], list[str]]:
    """Return the rows of each mart, and what differs between DuckDB's and Spark's.

    Names and types of columns, and cells; but not which build it was.
    """
    rows, differing = dict[str, int](), list[str]()
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute(f"ATTACH '{warehouse}' AS built (READ_ONLY)")
        for (mart,) in connection.execute(MARTS).fetchall():
            own = "WHERE kind <> 'built'" if mart == "rpt_notices" else ""
            ours = f"SELECT * FROM built.marts.{mart} {own}"
            theirs = f"SELECT * FROM '{tables}/marts.db/{mart}/*.parquet' {own}"
            rows[mart] = connection.execute(f"SELECT count(*) FROM ({ours})").fetchall()[0][0]
            if any((tables / "marts.db" / mart).glob("*.parquet")):
                differing += [f"{mart}, {what}" for what in _apart(connection, ours, theirs)]
            else:
                differing.append(f"{mart}: not on Spark")
    return rows, differing


def _apart(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> Iterator[str]:
    """Yield what tells two queries apart, of rows three on each side."""
    described = [
        [column[:2] for column in connection.execute(f"DESCRIBE {each}").fetchall()]
        for each in (ours, theirs)
    ]
    if described[0] != described[1]:
        yield f"columns: {described[0]}, on Spark {described[1]}"
        return
    for one, other, where in ((ours, theirs, "DuckDB"), (theirs, ours, "Spark")):
        for row in connection.execute(f"{one} EXCEPT ALL {other}").fetchmany(3):
            yield f"only on {where}: {row}"


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say how long it took."""
    began = time.monotonic()
    yield
    click.echo(f"{what:<60}{time.monotonic() - began:>8.1f} s")


@click.command(help=__doc__)
@click.option("--years", type=float, default=26.0, help="Years of work to invent.")
def main(years: float) -> None:
    """Load, build twice, compare; 1: a cell differs."""
    os.environ.setdefault("TIMEHOUSE_SPARK_MASTER", CLUSTER)
    app = ClockodoApp(World(years=years))
    entries = len(models.ACCOUNTS) * len(app.world.entries)
    click.echo(f"{entries:,} entries; {machine()}; {os.environ['TIMEHOUSE_SPARK_MASTER']}\n")
    with tempfile.TemporaryDirectory() as folder, bucket() as there:
        os.environ |= there
        with timed("loaded into DuckDB"):
            warehouse = models.load(app, folder)
        with timed("DuckDB: snapshots, models and their tests"):
            models.build(warehouse, folder, app.world.now)
            release(Place())
        on_spark(warehouse, Path(folder), app.world.now)
        with timed("compared"):
            rows, differing = compared(warehouse, Path(folder, "tables"))
    click.echo(f"\n{len(rows)} marts, {sum(rows.values()):,} rows: ", nl=False)
    click.echo("\n".join(differing) or "all cells equal")
    sys.exit(1 if differing or not rows else 0)


def on_spark(warehouse: Path, folder: Path, as_of: datetime) -> None:
    """Build the same on Spark, into tables of its own."""
    store = f"s3://{BUCKET}/timehouse"
    with timed("raw tables and snapshots to S3, as Parquet"):
        tables = spark.copy_out(warehouse, store)
    with timed("Spark: started, all done"), spark.session(folder / "tables") as session:
        with timed("Spark: read from S3"):
            spark.read_in(session, store, tables)
        with timed("Spark: models"):
            told = {"clockodo_accounts": list(models.ACCOUNTS)}
            failed = spark.build(folder / "dbt", told, as_of)
        for name, message in failed.items():
            click.echo(f"{name}: {message}")


if __name__ == "__main__":
    main()
