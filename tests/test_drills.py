"""The load drills in small: within limits, through a third of failures, and ten runs at once."""

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from api_extract.limits import Limit
from clockodo_source import api
from pipelines.place import Place
from simulator.clockodo import ClockodoApp, Limits
from simulator.world import World
from tests.conftest import Account
from tests.proof.drill import FORKING, MOST_REFUSED, apart, hostile, limited
from tests.trackers import CLOCKIFY, CLOCKODO, TRACKERS, Tracker

# Windows are short here, but the time that a request takes to arrive is not: a busy machine may
# hold one back for longer even than this, which is why a few may be refused.
ROOM = patch("api_extract.limits.SLACK", 1.2)


@pytest.mark.long
def test_within_tight_limits_a_large_first_load_is_hardly_ever_refused(tmp_path: Path) -> None:
    """It waits for its turns instead, and all entries arrive."""
    server = Limits(overall=((75, 3),), enhanced=((10, 3),))
    ours = Limit(75, 3), Limit(10, 3, api.ENHANCED)

    with ROOM:
        told = limited(0.5, server, ours, tmp_path)

    assert told.problems == []
    assert told.entries > 9_000
    assert told.waited > 0
    assert told.refused <= MOST_REFUSED


@pytest.mark.long
@pytest.mark.parametrize(
    ("tracker", "years", "seed"), [(CLOCKODO, 0.25, 3), (CLOCKIFY, 0.1, 3)], ids=list(TRACKERS)
)
def test_where_a_third_of_all_calls_fails_all_arrives(
    tmp_path: Path, tracker: Tracker, years: float, seed: int
) -> None:
    """Run again as a scheduler would, until it is done; no run that ended early is half loaded."""
    # Fewer than usual, so that some loads give up.
    with patch("api_extract.session.ATTEMPTS", 4), patch("api_extract.session.ATTEMPTS_LIMITED", 4):
        told = hostile(years, seed, tmp_path, tracker)

    assert told.problems == []
    assert told.entries > 2_500
    assert told.faults > told.requests / 5


@pytest.mark.long
def test_ten_runs_at_once_keep_the_limits_together(tmp_path: Path) -> None:
    """Of one key, each with a warehouse of its own: all end well.

    Alone, none of them would come near the limit.
    """
    app = ClockodoApp(World(years=0.1), limits=Limits(overall=((70, 3),)))

    def run(account: Account, number: int) -> None:
        (folder := tmp_path / f"{number}").mkdir()
        account.place = Place(warehouse=folder / "warehouse.duckdb")
        raise SystemExit(account.sync("work_times").exit)

    with ROOM, patch.object(api, "LIMITS", [Limit(70, 3)]), apart(app, tmp_path) as (account, door):
        runs = [FORKING.Process(target=run, args=(account, n)) for n in range(10)]
        for one in runs:
            one.start()
        for one in runs:
            one.join()
        assert [one.exitcode for one in runs] == [0] * 10
        assert door.refused.value <= MOST_REFUSED

    (counted,) = (tmp_path / "dlt" / "requests").iterdir()
    with closing(sqlite3.connect(counted)) as sent:
        ((count,),) = sent.execute("SELECT count(*) FROM sent")
    assert count == door.calls.value > 210  # what was refused is asked for, and counted, again
