"""The same models on Spark: what was loaded is Parquet on S3, the marts are those of DuckDB."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Account
from tests.edits import edit_everything
from tests.proof.spark import BUCKET, bucket, compared
from tests.trackers import Tracker

pytestmark = pytest.mark.timeout(1800)  # Spark takes seconds for what takes DuckDB none


def on_spark(company: Account, tables: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command that builds the marts on Spark, with a bucket of its own."""
    with bucket() as there:
        words = [f"s3://{BUCKET}/timehouse", str(tables)]
        words += ["--warehouse", str(company.place.warehouse)]
        told = {"TIMEHOUSE_AS_OF": company.world.now.isoformat()}
        told |= {"TIMEHOUSE_SPARK_MASTER": "local[2]", "TIMEHOUSE_SPARK_MEMORY": "4g"}
        return subprocess.run(
            [sys.executable, "-m", "pipelines.spark", *words],
            env=os.environ | there | told,
            check=False,
            capture_output=True,
            text=True,
        )


def test_every_mart_of_spark_is_that_of_duckdb(
    account: Callable[..., Account], tracker: Tracker, tmp_path: Path
) -> None:
    """After edits of every kind all cells agree, and so do the columns' names and types."""
    company = account(tracker)
    company.sync(models=True)
    edit_everything(company.world)
    company.world.advance(timedelta(days=1))
    built = company.sync(models=True).built
    assert built is not None
    assert built.failed == []

    ran = on_spark(company, tmp_path / "tables")

    assert ran.returncode == 0, ran.stdout + ran.stderr[-3000:]
    rows, differing = compared(company.place.warehouse, tmp_path / "tables")
    assert differing == []
    assert set(rows) == set(company.marts())
    assert rows["fct_time_entries"] > 2_000
    assert rows["fct_list_changes"] > 0


def test_what_differs_is_found(tmp_path: Path) -> None:
    """A cell, a row too many, a type, a mart that is not there: or all would seem equal."""
    made: dict[str, tuple[int, int | str | None]]
    made = {"cell": (1, 2), "twice": (1, 1), "typed": (1, "1.0"), "gone": (1, None), "same": (1, 1)}
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        for mart, (ours, theirs) in made.items():
            connection.execute(f"create table marts.{mart} as select {ours} as n")
            if theirs:
                folder = tmp_path / "marts.db" / mart
                folder.mkdir(parents=True)
                more = ", 1" if mart == "twice" else ""
                select = f"select unnest([{theirs}{more}]) as n"
                connection.execute(f"copy ({select}) to '{folder}/1.parquet'")

    rows, differing = compared(warehouse, tmp_path)

    assert set(rows) == set(made)
    assert {text.partition(":")[0].partition(",")[0] for text in differing} == set(made) - {"same"}
