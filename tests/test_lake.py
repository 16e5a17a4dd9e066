"""DuckLake with its catalog in PostgreSQL and its data on S3, both real servers on loopback."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from pipelines.lake import LAKE
from pipelines.reconcile import reconcile
from pipelines.status import status
from tests import postgres, seaweed
from tests.conftest import BIN, Account
from tests.edits import edit_everything
from tests.truth import differences

EXTENSIONS = ("ducklake", "httpfs", "postgres_scanner")
INSTALL = f"from duckdb_extensions import import_extension as i; [i(e) for e in {EXTENSIONS}]"
pytestmark = pytest.mark.timeout(600)  # the models are built, each query through two servers


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return how the environment tells where a lake is; DuckDB's extensions are of a home apart."""
    home = tmp_path_factory.mktemp("home")
    with (
        postgres.server() as catalog,
        seaweed.server() as store,
        pytest.MonkeyPatch.context() as here,
    ):
        here.setenv("HOME", str(home))
        subprocess.run([sys.executable, "-c", INSTALL], check=True)
        storage = {
            "bucket_url": "s3://lake/data/",
            "credentials__aws_access_key_id": store.key,
            "credentials__aws_secret_access_key": store.secret,
            "credentials__endpoint_url": store.endpoint,
            "credentials__region_name": "us-east-1",
        }
        told = {"catalog": catalog, **{f"storage__{n}": value for n, value in storage.items()}}
        yield {f"DESTINATION__DUCKLAKE__CREDENTIALS__{n}".upper(): v for n, v in told.items()}


@pytest.fixture
def company(
    account: Callable[..., Account],
    servers: dict[str, str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Account:
    """Return an account whose warehouse is a lake of its own."""
    name = request.node.name.replace("test_", "")[:40]
    for variable, value in servers.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("DESTINATION__DUCKLAKE__CREDENTIALS__DUCKLAKE_NAME", name)
    made = account()
    made.place = replace(made.place, destination=LAKE)
    return made


def test_a_lake_holds_what_a_file_holds(company: Account, tmp_path: Path) -> None:
    """First load, edits of every kind, nothing changed, the marts: every cell is that of DuckDB."""
    company.sync()
    edit_everything(company.world)
    company.world.advance(timedelta(days=1))
    built = company.sync(models=True).built
    assert built is not None
    assert built.failed == []
    assert company.sync().packages == 0

    (tmp_path / "file").mkdir()
    in_a_file = Account(company.app, company.settings.base_url, tmp_path / "file")
    in_a_file.sync(models=True)
    with company.place.locked():
        assert differences(company) == []
        of_file, of_lake = in_a_file.marts(), company.marts()
    # What has changed since the first load, of which the file knows one only.
    assert of_file.pop("fct_entry_changes") == []
    assert of_lake.pop("fct_entry_changes") != []
    assert of_lake == of_file
    assert status(company.place, company.world.now).rows["time_entries"] > 2_000
    found = reconcile(company.place, company.settings, company.world.now)
    assert (len(found.months) > 0, found.differing) == (True, [])


CUTS = ("2025-01-01", "2026-09-01", "2026-10-01", "2026-11-01", "2028-01-01")
SPANS = list(pairwise(CUTS))


def worker(company: Account, since: str, until: str) -> "subprocess.Popen[bytes]":
    """Start the command that fills some days."""
    words = ["--warehouse", str(company.place.warehouse), "--destination", LAKE, "sync"]
    words += ["--since", since, "--until", until, "--no-models", "--resources", "entries"]
    told = company.tracker.configured(company.settings)
    now = {"TIMEHOUSE_AS_OF": company.world.now.isoformat()}
    return subprocess.Popen(
        [BIN / "timehouse", *words], env=os.environ | told | now, stdout=subprocess.DEVNULL
    )


@contextmanager
def watched(company: Account) -> Iterator[list[dict[Any, int]]]:
    """Count the entries of each month meanwhile, again and again."""
    seen: list[dict[Any, int]] = []
    over = Event()

    def watch() -> None:
        _, tables = company.query("select table_name from information_schema.tables")
        while not over.is_set():
            if ("time_entries",) in tables:
                seen.append(by_month(company))
            else:
                _, tables = company.query("select table_name from information_schema.tables")

    watching = Thread(target=watch)
    watching.start()
    try:
        yield seen
    finally:
        over.set()
        watching.join()


def by_month(company: Account) -> dict[Any, int]:
    month = "date_trunc('month', time_since at time zone 'Europe/Berlin')"
    sql = f"select {month}, count(*) from {company.tracker.raw}.time_entries group by 1"
    return dict(company.query(sql)[1])


def put_aside(company: Account) -> list[str]:
    """Return the schemas in which workers have put rows aside."""
    _, found = company.query("select distinct schema_name from information_schema.schemata")
    return [name for (name,) in found if name.startswith(f"{company.tracker.raw}_staging_")]


def test_four_workers_fill_a_lake_at_once(company: Account) -> None:
    """Every cell is right; who reads meanwhile sees months whole or not; nothing is read twice.

    One that is killed while it writes, and run again, loses nothing and doubles nothing.
    """
    company.sync("users")
    with watched(company) as seen:
        workers = [worker(company, *span) for span in SPANS]
        while not any(name.endswith("20260901_20261001") for name in put_aside(company)):
            assert workers[1].poll() is None
            time.sleep(0.05)
        workers[1].kill()
        assert [each.wait() for each in workers] == [0, -9, 0, 0]
        assert worker(company, *SPANS[1]).wait() == 0

    whole = by_month(company)
    assert len(whole) > 3
    assert len({len(counts) for counts in seen}) > 1, "nobody looked while they wrote"
    halves = [counts for counts in seen if not counts.items() <= whole.items()]
    assert halves == []
    assert put_aside(company) == []
    joined = company.sync()
    read = joined.report.tables["time_entries"]
    assert (read.windows > 0, read.unchanged_windows) == (True, read.windows)
    assert read.windows < len(whole) + 14, "old months were read again"
    with company.place.locked():
        assert differences(company) == []
        assert company.query(f"select * from {company.tracker.raw}.entry_changes")[1] == []
