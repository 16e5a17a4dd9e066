"""The hourly DAG: what changed reaches the published copy; `airflow dags test` runs it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from pipelines.exits import Exit
from simulator.faults import failing, status
from tests.airflow.conftest import Airflow, MakeAirflow, Ran, Tried
from tests.held import held
from tests.keys import HEADERS, USER
from tests.search import holding
from tests.test_docs import WITH_AIRFLOW
from tests.test_docs import commands as of_the_readme
from tests.test_secrets import commands
from tests.truth import differences

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).parents[2]
DOWN = status(503, retry_after=3_600)


@dataclass
class Hour:
    """One run of the DAG, and what it left."""

    ran: Ran
    tried: dict[str, list[Tried]]
    held: Any
    marts: Any
    published: dict[str, int]


@dataclass
class Hours:
    """Two runs with nothing changed between them, and how all processes meanwhile were called."""

    airflow: Airflow
    first: Hour
    second: Hour
    seen: set[str]


def hour(airflow: Airflow, heard: Callable[[str], object]) -> Hour:
    ran = airflow("airflow dags test timehouse_sync", heard)
    assert ran.code == 0, ran.printed
    tried = airflow.tried("timehouse_sync")
    company = airflow.account
    with duckdb.connect(str(airflow.project / "bi/timehouse.duckdb"), read_only=True) as copy:
        names = copy.execute("select table_name from duckdb_tables()").fetchall()
        rows = {n: copy.table(f"marts.{n}").count("*").fetchall()[0][0] for (n,) in names}
    return Hour(ran, tried, held(company), company.marts(), rows)


@pytest.fixture(scope="module")
def hours(airflow: MakeAirflow) -> Hours:
    """Set up as the README says; once the server is down at first, once the warehouse is held."""
    here = airflow(0.1, lambda app: failing(app, DOWN, path="/v3/users"))
    (here.project / "pipelines").symlink_to(ROOT / "pipelines")
    file = here.person / "connections.json"
    file.write_text(json.dumps({"clockodo": here.connection()}))
    typed = [command for command in of_the_readme() if command.startswith(WITH_AIRFLOW)]
    assert len(typed) >= 3
    for command in (*typed, f"airflow connections import {file}"):
        ran = here(command)
        assert ran.code == 0, f"{command}\n{ran.printed}"
    file.unlink()
    seen: set[str] = set()
    first = hour(here, lambda _: seen.update(commands()))
    lock = FileLock(here.account.place.folder / "lock")
    lock.acquire()

    def let_go(line: str) -> None:
        if "Another run holds" in line:
            lock.release()

    second = hour(here, let_go)
    return Hours(here, first, second, seen)


def test_what_the_tracker_holds_is_loaded_built_and_published(hours: Hours) -> None:
    """Every cell of every raw table; the marts of it; all of them in the copy."""
    assert differences(hours.airflow.account) == []
    first = hours.first
    assert {name: len(rows) for name, rows in first.marts.items()} | {
        "rpt_notices": first.published["rpt_notices"]
    } == first.published
    assert first.published["fct_time_entries"] > 0


def test_a_second_run_changes_nothing(hours: Hours) -> None:
    """No row of raw tables and of the log of changes, and none of the marts."""
    assert hours.second.held == hours.first.held
    assert hours.second.marts == hours.first.marts
    assert hours.second.published == hours.first.published


def test_what_may_pass_is_tried_again(hours: Hours) -> None:
    """A server that is down and a warehouse that is held; all else is done at the first try."""
    once = {"models": 1, "publish": 1, "look": 1}
    for each, ended in ((hours.first, Exit.THEIR_MOVE), (hours.second, Exit.BUSY)):
        tries = {task: how.tries for task, (how,) in each.tried.items()}
        assert tries == {"sync": 2, **once}
        assert f"timehouse sync ended with {ended}: " in each.ran.printed


def test_no_two_verbs_run_at_once(hours: Hours) -> None:
    """All that open the warehouse, or ask the tracker, wait for the one slot of a pool."""
    pools = {task: how.pool for task, (how,) in hours.first.tried.items() if task != "look"}
    assert pools == dict.fromkeys(("sync", "models", "publish"), "timehouse")
    slots = hours.airflow.asked("select slots from slot_pool where pool = ?", "timehouse")
    assert slots == [(1,)]


def test_no_secret_is_left_or_shown(hours: Hours) -> None:
    """Not in Airflow's folder but for its own connection, nor beside the warehouse, nor printed.

    Nor does the list of processes show one. And dlt made no Airflow of its own.
    """
    here, secrets = hours.airflow, HEADERS.secrets
    left = holding(here.home, *secrets) | holding(here.project, *secrets)
    assert {(word, file) for word, file in left if not file.startswith("airflow.db")} == set()
    assert {word for word, _ in left} == {USER}, "the login, which Airflow itself does not encrypt"
    printed = hours.first.ran.printed + hours.second.ran.printed
    assert [secret for secret in secrets if secret in printed] == []
    assert [line for line in hours.seen if "timehouse sync clockodo" in line] != []
    assert [line for line in hours.seen if any(secret in line for secret in secrets)] == []
    assert [path.name for path in here.person.iterdir() if path.name == "airflow"] == []
