"""An Airflow of its own, beside a warehouse and a simulated company to fill it from."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.types import ASGIApp

from pipelines.place import Place
from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World
from tests.conftest import BIN, Account
from tests.keys import KEY, USER

CONNECTION = "AIRFLOW_CONN_CLOCKODO"


class Tried(NamedTuple):
    """How a task ended, after how many tries, and in which pool it was."""

    state: str
    tries: int
    pool: str


@dataclass
class Ran:
    """How a command ended, and what it printed."""

    code: int
    printed: str


class Airflow:
    """Airflow's own folder, the project's folder with the warehouse, and the account behind it."""

    def __init__(self, folder: Path, app: ClockodoApp, url: str) -> None:
        self.home, self.person = folder / "airflow", folder / "person"
        self.project = folder / "project"
        self.project.mkdir()
        self.person.mkdir()
        (self.home / "dags").mkdir(parents=True)
        self.account = Account(app, url, self.project)
        self.account.place = Place(warehouse=self.project / "timehouse.duckdb")
        self.environment = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(self.person),
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "TIMEHOUSE_AS_OF": app.world.now.isoformat(),
        }
        ran = self("airflow db migrate")
        assert ran.code == 0, ran.printed

    def connection(self, **fields: object) -> dict[str, object]:
        """Return what the connection of the tracker holds."""
        extra = {
            "external_application": self.account.settings.external_application,
            "base_url": self.account.settings.base_url,
            "start_date": str(self.account.settings.start_date),
            "sweep_requests": 0,
        }
        return {
            "conn_type": "generic",
            "login": self.account.settings.api_user,
            "password": self.account.settings.api_key,
            "extra": extra,
            **fields,
        }

    def configure(self, **fields: object) -> None:
        """Let the environment hold connection and folder, and link the DAGs."""
        self.environment[CONNECTION] = json.dumps(self.connection(**fields))
        self.environment["AIRFLOW_VAR_TIMEHOUSE_FOLDER"] = str(self.project)
        dags = self.home / "dags" / "airflow_dags.py"
        if not dags.exists():
            dags.symlink_to(Path(__file__).parents[2] / "pipelines/airflow_dags.py")

    def __call__(self, command: str, heard: Callable[[str], object] = len) -> Ran:
        """Run a command in the project's folder; `heard` is told each line as it is printed."""
        printed = []
        with subprocess.Popen(
            command,
            shell=True,
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                printed.append(line)
                heard(line)
        return Ran(process.returncode, "".join(printed))

    def tried(self, dag: str) -> dict[str, list[Tried]]:
        """Return how each task of the last run of a DAG ended, mapped ones in their order."""
        found: dict[str, list[Tried]] = {}
        last = "select run_id from dag_run where dag_id = ? order by id desc limit 1"
        for task, *how in self.asked(
            "select task_id, state, try_number, pool from task_instance"
            f" where run_id = ({last}) and dag_id = ? order by map_index",
            *(dag, dag),
        ):
            found.setdefault(task, []).append(Tried(*how))
        return found

    def asked(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Ask Airflow's own database."""
        with closing(sqlite3.connect(self.home / "airflow.db")) as database:
            return database.execute(query, values).fetchall()


MakeAirflow = Callable[..., Airflow]


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeAirflow]:
    """Make an Airflow and a company of some work; `through`: what stands before its server."""
    with ExitStack() as servers:

        def make(years: float, through: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Airflow:
            app = ClockodoApp(World(1, years), user=USER, key=KEY)
            url = servers.enter_context(serve(through(app)))
            return Airflow(tmp_path_factory.mktemp("here"), app, url)

        yield make
