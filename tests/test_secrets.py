"""Neither the key nor the login is left anywhere that outlives a run."""

import logging
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import pytest
from dlt.pipeline.exceptions import PipelineStepFailed
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api_extract.run import Options
from pipelines.place import Place
from pipelines.sync import sync
from simulator.faults import Fault, failing, status
from simulator.server import serve
from tests.keys import ACCOUNTS, BASIC, BY_TOKEN, Account
from tests.search import holding
from tests.test_cli import TIMEHOUSE
from tests.test_place import open_to_others, umask


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Take down all that is logged, by dlt too, which keeps its log to itself."""
    logger = logging.getLogger("dlt")
    logger.addHandler(caplog.handler)
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="dlt"):
        yield caplog
    logger.removeHandler(caplog.handler)


def telling(folder: Path, account: Account) -> set[tuple[str, str]]:
    """Return which secrets stand in which files, having seen that there are files at all."""
    assert {"warehouse.duckdb", "trace.pickle", "state.json"} <= {p.name for p in folder.rglob("*")}
    return holding(folder, *account.secrets)


class Overheard:
    """An app, and all that is asked of it as whoever stands between would see it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.urls = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the address before it is answered."""
        url = str(Request(scope).url)
        self.urls += f"{url}\n{unquote(url)}\n"
        await self.app(scope, receive, send)


def commands() -> Iterator[str]:
    """Yield how every process of this machine was called, as any of its users can see."""
    if not Path("/proc/self/cmdline").exists():  # a Mac
        listed = subprocess.run(["ps", "-A", "-ww", "-o", "args"], check=True, capture_output=True)
        yield from listed.stdout.decode(errors="replace").splitlines()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            yield process.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


@pytest.mark.parametrize("account", ACCOUNTS.values(), ids=ACCOUNTS)
@pytest.mark.parametrize("fault", [None, status(422)], ids=["done", "failed"])
def test_a_sync_leaves_no_secret_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
    account: Account,
    fault: Fault | None,
) -> None:
    """Not in warehouse, traces, packages and state, nor in a log at DEBUG, nor in an address."""
    app, source = account.app(), account.tracker.source
    place = Place(account.tracker.name, warehouse=tmp_path / "warehouse.duckdb")
    overheard = Overheard(failing(app, fault, path=account.path))
    with serve(overheard) as url:
        for name, value in account.configured(url).items():
            monkeypatch.setenv(name, value)
        try:
            sync(place, source.resolve(), Options(app.world.now), models=False)
        except PipelineStepFailed:
            assert fault is not None

    assert telling(tmp_path, account) == set()
    assert account.listed in overheard.urls
    assert [secret for secret in account.secrets if secret in overheard.urls] == []
    assert {"dlt", "urllib3.connectionpool"} <= {record.name for record in log.records}
    assert [secret for secret in account.secrets if secret in log.text] == []


@pytest.mark.parametrize(
    ("account", "models"),
    [pytest.param(BASIC, [], marks=pytest.mark.long), (BY_TOKEN, ["--no-models"])],
    ids=["clockodo", "clockify"],
)
def test_the_command_leaves_no_secret_behind(
    account: Account, models: list[str], tmp_path: Path
) -> None:
    """Nor in what it prints and logs, the files that dbt writes, or the list of processes.

    And warehouse, working folder and those files are the owner's, where all may read by default.
    What dbt does hangs on no tracker, and is tried with one of them.
    """
    seen: set[str] = set()
    log, folder = tmp_path / "log", tmp_path / "here"
    folder.mkdir()
    words = ["sync", account.tracker.name, *models, "--warehouse", "warehouse.duckdb"]
    app = account.app()
    own = {"HOME": str(tmp_path), "TIMEHOUSE_AS_OF": app.world.now.isoformat()}
    with serve(app) as url, log.open("wb") as printed, umask(0):
        ran = subprocess.Popen(
            [TIMEHOUSE, *words],
            cwd=folder,
            env={"PATH": os.environ["PATH"], **own, **account.configured(url)},
            stdout=printed,
            stderr=printed,
        )
        while ran.poll() is None:
            seen.update(commands())
            time.sleep(0.1)

    assert ran.returncode == 0
    assert "|dlt|" in log.read_text()
    left = {p.name for p in folder.rglob("*")}
    assert {"warehouse.duckdb", "trace.pickle"} <= left
    assert ("partial_parse.msgpack" in left) is not bool(models)
    assert open_to_others(folder) == []
    assert ".anonymous_id" not in left, "dlt told its makers about this run"
    assert telling(tmp_path, account) == set()
    assert [line for line in seen if line.endswith(" ".join(words))] != []
    assert [line for line in seen if any(secret in line for secret in account.secrets)] == []
