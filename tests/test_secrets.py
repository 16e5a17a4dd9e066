"""Neither the key nor the login is left anywhere that outlives a run."""

import logging
import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from dlt.pipeline.exceptions import PipelineStepFailed

from clockodo_source import Options, resolve
from pipelines.place import Place
from pipelines.sync import sync
from simulator.clockodo import ClockodoApp
from simulator.faults import Fault, failing, status
from simulator.server import serve
from simulator.world import World
from tests.test_cli import TIMEHOUSE

USER, KEY = "login@nowhere-else.example", "a-key-that-is-nowhere-else"
SECRETS = (USER, KEY, b64encode(f"{USER}:{KEY}".encode()).decode())


def company() -> ClockodoApp:
    return ClockodoApp(World(1, 0.1), user=USER, key=KEY)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Take down all that is logged, by dlt too, which keeps its log to itself."""
    logger = logging.getLogger("dlt")
    logger.addHandler(caplog.handler)
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="dlt"):
        yield caplog
    logger.removeHandler(caplog.handler)


def configured(url: str, auth: str) -> dict[str, str]:
    values = {"API_USER": USER, "API_KEY": KEY, "EXTERNAL_APPLICATION": f"Tests;{USER}"}
    values |= {"BASE_URL": url, "AUTH": auth}
    ours = {f"SOURCES__CLOCKODO__{name}": value for name, value in values.items()}
    return {**ours, "RUNTIME__LOG_LEVEL": "DEBUG"}


def telling(folder: Path) -> list[str]:
    """Return the files that hold a secret, having seen that there are files at all."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {"warehouse.duckdb", "trace.pickle", "state.json"} <= {file.name for file in files}
    return [f.name for f in files if any(secret.encode() in f.read_bytes() for secret in SECRETS)]


@pytest.mark.parametrize("auth", ["headers", "basic"])
@pytest.mark.parametrize("fault", [None, status(422)], ids=["done", "failed"])
def test_a_sync_leaves_no_secret_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
    auth: str,
    fault: Fault | None,
) -> None:
    """Not in the warehouse, nor in dlt's traces, packages and state, nor in a log at DEBUG."""
    app, place = company(), Place(warehouse=tmp_path / "warehouse.duckdb")
    with serve(failing(app, fault, path="/v3/teams")) as url:
        for name, value in configured(url, auth).items():
            monkeypatch.setenv(name, value)
        try:
            sync(place, resolve(), Options(app.world.now), models=False)
        except PipelineStepFailed:
            assert fault is not None

    assert telling(tmp_path) == []
    assert {"dlt", "urllib3.connectionpool"} <= {record.name for record in log.records}
    assert [secret for secret in SECRETS if secret in log.text] == []


def test_the_command_leaves_no_secret_behind(tmp_path: Path) -> None:
    """Nor in what it prints and logs, nor in the files that dbt writes."""
    with serve(company()) as url:
        ran = subprocess.run(
            [TIMEHOUSE, "sync", "--warehouse", "warehouse.duckdb"],
            check=True,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **configured(url, "basic")},
            capture_output=True,
            text=True,
            timeout=100,
        )

    assert "|dlt|" in ran.stderr
    assert list(tmp_path.rglob("manifest.json")) != []
    assert telling(tmp_path) == []
    assert [secret for secret in SECRETS if secret in ran.stdout + ran.stderr] == []
