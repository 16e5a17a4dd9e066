"""The monthly DAG: the scheduler's interval, or whoever starts it, decides what is read."""

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import duckdb
import pytest

from simulator.store import TIME
from tests.airflow.conftest import Airflow, MakeAirflow, Tried

pytestmark = pytest.mark.timeout(900)
DAG = "timehouse_backfill"


def of_the_tracker(here: Airflow, since: date, until: date) -> set[tuple[int, float]]:
    """Return the entries that begin within these days, with how long they took."""
    world = here.account.world
    zone = ZoneInfo(world.timezone)
    return {
        (e.id, float(e.duration or 0))
        for e in world.entries
        if e.type == TIME and since <= datetime.fromtimestamp(e.time_since, zone).date() < until
    }


def loaded(here: Airflow) -> list[tuple[int, float]]:
    _, rows = here.account.query("select id, coalesce(duration, 0) from clockodo_raw.time_entries")
    return [(number, seconds) for number, seconds in rows]


def outcomes(here: Airflow) -> dict[str, list[str]]:
    return {task: [how.state for how in each] for task, each in here.tried(DAG).items()}


def test_months_are_read_once_each_and_what_needs_a_look_is_told_at_the_end(
    airflow: MakeAirflow,
) -> None:
    """First the month of the interval and no other day; then those of three months, mapped.

    A list that is refused meanwhile fails neither them nor what follows, but the last task.
    """
    here = airflow(0.2)
    here.configure()
    nothing_built = "--mark-success-pattern 'models|publish'"
    ran = here(f"airflow dags test {DAG} 2026-11-01 {nothing_built}")

    assert ran.code == 0, ran.printed
    assert outcomes(here)["sync"] == ["success"]
    october = of_the_tracker(here, date(2026, 10, 1), date(2026, 11, 1))
    assert sorted(loaded(here)) == sorted(october)

    here.account.app.rights.forbidden.add("/v4/rates")
    days = json.dumps({"since": "2026-09-15", "until": "2026-11-28"})
    ran = here(f"airflow dags test {DAG} --conf '{days}'")

    assert ran.code != 0
    assert "All is done, but look at the log of sync." in ran.printed
    assert outcomes(here) == {
        "windows": ["success"],
        "sync": ["success"] * 3,
        "models": ["success"],
        "publish": ["success"],
        "look": ["failed"],
    }
    assert {how.pool for how in here.tried(DAG)["sync"]} == {"timehouse"}
    assert here.tried(DAG)["look"] == [Tried("failed", 1, "default_pool")]
    three = of_the_tracker(here, date(2026, 9, 15), date(2026, 11, 28))
    assert october < three
    assert sorted(loaded(here)) == sorted(three)
    with duckdb.connect(str(here.project / "bi/timehouse.duckdb"), read_only=True) as copy:
        assert copy.table("marts.fct_time_entries").count("*").fetchall()[0][0] > 0
