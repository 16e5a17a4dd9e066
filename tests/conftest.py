"""What the tests share: options, one simulated company, and an account to load it from."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs import PluggableRunContext
from filelock import FileLock

from api_extract.run import Options
from pipelines.cli import RARELY
from pipelines.place import Place
from pipelines.sync import Outcome, sync
from simulator.faults import Outcome as Met
from simulator.faults import failing
from simulator.server import serve
from simulator.world import World
from tests.trackers import CLOCKODO, TRACKERS, Tracker

if TYPE_CHECKING:
    from tests.terminal import Terminal

# Airflow has an environment of its own, in which `make test-airflow` runs these.
APART = [] if find_spec("airflow") else ["airflow"]
BIN = Path(sys.executable).parent
# These need what `make test-lake` and `make test-spark` install.
collect_ignore = [*APART, "test_lake.py", "test_spark.py"]
PRINTED = "printed.txt"
COMMENTS = (
    "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
    " union all select table_name, null, comment from duckdb_tables() where schema_name = 'marts'"
    " order by all"
)
gc.set_threshold(RARELY)  # as the command line does, most tests start below it


@pytest.fixture(scope="session")
def clockodo_openapi(request: pytest.FixtureRequest) -> Path:
    """Return the path of the vendor's schema; whoever needs it is left out without."""
    path: Path | None = request.config.getoption("--clockodo-openapi")
    if path is None:
        pytest.skip("the vendor's OpenAPI document is not given: --clockodo-openapi=PATH, as JSON")
    return path


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep dlt's folders and configuration out of reach of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path_factory.mktemp("dlt")))
        monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
        monkeypatch.setenv("RUNTIME__LOG_LEVEL", "ERROR")
        yield


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no test find what another has left in dlt's folder."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))


MakeFolder = Callable[..., Path]


class Account:
    """A simulated company, served, and a warehouse that is loaded from it."""

    def __init__(self, app: Any, url: str, folder: Path, tracker: Tracker = CLOCKODO) -> None:  # noqa: ANN401 - each tracker has its own
        self.app = app
        self.world: World = app.world
        self.tracker = tracker
        self.settings = tracker.settings(app, url)
        self.place = Place(tracker.name, warehouse=folder / "warehouse.duckdb")

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Ask the warehouse; return the names of columns and the rows.

        DuckDB is asked directly, not through the library that filled it.
        """
        if self.place.destination == "duckdb":
            with self.opened() as connection:
                # In another zone Python has no room for the first and the last day there is.
                connection.execute("set timezone = 'UTC'")
                found = connection.execute(sql)
                return [c[0] for c in found.description or ()], found.fetchall()
        with (
            self.place.pipeline().sql_client(self.tracker.name) as client,
            client.execute_query(sql) as cursor,
        ):
            return [c[0] for c in cursor.description], [tuple(r) for r in cursor.fetchall()]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Ask the warehouse; return the rows by the names of their columns."""
        names, found = self.query(sql)
        return [dict(zip(names, row, strict=True)) for row in found]

    def marts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows of all marts, in order; not when and as which build they were made."""
        _, tables = self.query(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        )
        read = {name: f"select * from marts.{name}" for (name,) in sorted(tables)}
        read["rpt_notices"] += " where kind <> 'built'"
        return {name: sorted(self.query(sql)[1], key=repr) for name, sql in read.items()}

    def opened(self) -> duckdb.DuckDBPyConnection:
        """Open the warehouse; as long as it is open, it opens again at once."""
        return duckdb.connect(str(self.place.warehouse), read_only=True)

    def sync(
        self,
        *resources: str,
        models: bool = False,
        setting: Mapping[str, Any] = MappingProxyType({}),
        **options: object,
    ) -> Outcome:
        """Load what changed, as of the company's own now."""
        settings = replace(self.settings, **setting)
        made = Options(as_of=self.world.now, **options)  # type: ignore[arg-type]  # a few of its fields
        return sync(self.place, settings, made, resources, models=models)

    def copy(self, folder: Path) -> "Account":
        """Return the account with a copy of the loaded warehouse and its working folder."""
        copytree(self.place.warehouse.parent, folder, dirs_exist_ok=True)
        copied = copy(self)
        copied.place = replace(self.place, warehouse=folder / "warehouse.duckdb")
        return copied

    @contextmanager
    def meeting(self, *outcomes: Met, path: str | None) -> Iterator[None]:
        """Let call n of a path meet outcome n for a while: a fault, or an edit just before it."""
        usual = self.settings
        with serve(failing(self.app, *outcomes, path=path)) as url:
            self.settings = replace(usual, base_url=self.tracker.settings(self.app, url).base_url)
            yield
        self.settings = usual


@contextmanager
def served(
    world: World,
    folder: Path,
    switches: object = None,
    tracker: Tracker = CLOCKODO,
    **how: object,
) -> Iterator[Account]:
    """Serve a company, with its warehouse in this folder; `how`: what else its app is given."""
    app = tracker.app(world, switches=switches, **how)
    with serve(app) as url:
        yield Account(app, url, folder, tracker)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what is made once, for all processes."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def first_load(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeFolder:
    """Return the folder of a first load, made once for each company."""

    def made(years: float, tracker: Tracker = CLOCKODO) -> Path:
        folder = shared / f"{tracker.name}-{years}"
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                loaded = tmp_path_factory.mktemp("loaded")
                with served(World(1, years), loaded, tracker=tracker) as account:
                    account.sync()
                loaded.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def demo(shared: Path) -> Path:
    """Return the folder of `timehouse demo`, with what it printed."""
    folder = shared / "demo"
    with FileLock(f"{folder}.lock"):
        if not (folder / PRINTED).exists():
            folder.mkdir()
            ran = command(folder, "demo")
            assert ran.returncode == 0, ran.stderr
            (folder / PRINTED).write_text(ran.stdout, encoding="utf-8")
    return folder


@pytest.fixture
def demo_place(demo: Path, tmp_path: Path) -> Place:
    """Return a copy of the demo's warehouse, to be changed."""
    copytree(demo, tmp_path, dirs_exist_ok=True)
    return Place(warehouse=tmp_path / "timehouse-demo.duckdb")


def command(folder: Path, *words: str, **set_: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as installed, in a folder and with nothing configured."""
    return subprocess.run(
        [BIN / "timehouse", *words],
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)} | set_,
        capture_output=True,
        text=True,
        timeout=110,
    )


@pytest.fixture(params=TRACKERS)
def tracker(request: pytest.FixtureRequest) -> Tracker:
    """Return a tracker, for what is promised of all of them; `--all`: each in turn."""
    return TRACKERS[request.param]


@pytest.fixture
def account(tmp_path: Path, first_load: MakeFolder) -> Iterator[Callable[..., Account]]:
    """Make accounts of little work unless told otherwise; `loaded`: with the first load done.

    `how`: what else the app of the tracker is given.
    """
    with ExitStack() as servers:

        def make(
            tracker: Tracker = CLOCKODO,
            *,
            years: float = 0.1,
            loaded: bool = False,
            **how: object,
        ) -> Account:
            if loaded:
                copytree(first_load(years, tracker), tmp_path, dirs_exist_ok=True)
            world = World(1, years)
            return servers.enter_context(served(world, tmp_path, tracker=tracker, **how))

        yield make


@pytest.fixture(scope="session")
def filled(first_load: MakeFolder) -> Iterator[Callable[[Tracker], Account]]:
    """Return accounts of a small company with a loaded warehouse, to be copied, not changed."""
    with ExitStack() as servers:

        @cache
        def made(tracker: Tracker) -> Account:
            folder = first_load(0.1, tracker)
            return servers.enter_context(served(World(1, 0.1), folder, tracker=tracker))

        yield made


@pytest.fixture
def terminal(
    request: pytest.FixtureRequest,
    filled: Callable[[Tracker], Account],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator["Terminal"]:
    """Return the command line in a folder of its own, which holds a copy of that warehouse.

    That of Clockodo, or of each tracker in turn where a test asks for `tracker`.
    """
    from tests.terminal import Terminal  # noqa: PLC0415 - it needs what is defined here

    both = "tracker" in request.fixturenames
    account = filled(request.getfixturevalue("tracker") if both else CLOCKODO)
    account = account.copy(tmp_path / "here")
    with monkeypatch.context() as here:
        here.chdir(account.place.warehouse.parent)
        here.delenv("DLT_PROJECT_DIR", raising=False)
        Container()[PluggableRunContext].reload_providers()
        now = account.world.now
        yield Terminal(account, monkeypatch, capsys)
        account.world.now = now  # its world is that of the other copies
    Container()[PluggableRunContext].reload_providers()
