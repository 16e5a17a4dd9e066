"""What status says of freshness: as of when entries were read, by whose clock."""

import json
from datetime import UTC, datetime, timedelta

import duckdb

from pipelines.exits import Exit
from tests.terminal import Terminal
from tests.trackers import Tracker

DAY = timedelta(days=1)
FRESH = ("--max-age", "26h")


def test_only_who_reads_the_entries_of_these_days_makes_it_fresh(
    tracker: Tracker, terminal: Terminal
) -> None:
    """A list that was loaded, or days of long ago, do not."""
    name, now = tracker.name, terminal.account.world.now
    later = {"TIMEHOUSE_AS_OF": (now + 3 * DAY).isoformat()}
    parts = (("users",), (tracker.entries, "--since", "2026-10-01", "--until", "2026-10-20"))
    for part in parts:
        said = terminal("sync", name, "--no-models", "--resources", *part, **later)
        assert said.exit == Exit.DONE
        said = terminal("status", name, "--json", *FRESH, **later)
        assert (said.exit, json.loads(said.printed)["age"]) == (Exit.LOOK, 3 * DAY.total_seconds())

    terminal("sync", name, "--no-models", "--resources", tracker.entries, **later)

    assert terminal("status", name, *FRESH, **later).exit == Exit.DONE


def test_a_load_of_the_future_is_told(terminal: Terminal) -> None:
    """However young: a clock is wrong, or was."""
    early = (terminal.account.world.now - DAY).isoformat()

    said = terminal("status", TIMEHOUSE_AS_OF=early)

    assert (said.exit, "the last load lies in the future" in said.printed) == (Exit.LOOK, True)


def test_a_clock_that_differs_from_the_trackers_is_refused(
    tracker: Tracker, terminal: Terminal
) -> None:
    """Before anything is loaded; what is loaded as of no moment that ever was stays so for long."""
    terminal.account.world.now = datetime.now(UTC) - timedelta(hours=2)
    loads = f"select count(*) from {tracker.raw}._dlt_loads"
    before = terminal.account.query(loads)

    said = terminal("sync", tracker.name, "--no-models", TIMEHOUSE_AS_OF=None)

    assert said.exit == Exit.YOUR_MOVE
    assert "by this machine's clock, but" in said.line
    assert terminal.account.query(loads) == before
    terminal.account.world.now = datetime.now(UTC)
    assert terminal("sync", tracker.name, "--no-models", TIMEHOUSE_AS_OF=None).exit == Exit.DONE


def test_loads_of_the_future_keep_nothing_newer_from_being_remembered(terminal: Terminal) -> None:
    """A clock was ahead once; from the next load on nothing is read for no reason."""
    company = terminal.account
    with duckdb.connect(str(company.place.warehouse)) as warehouse:
        for table, column in (("_dlt_loads", "load_id"), ("_dlt_pipeline_state", "_dlt_load_id")):
            # From 1.7 to 2.7 thousand million seconds: 30 years.
            warehouse.execute(
                f"update clockodo_raw.{table} set {column} = '2' || substr({column}, 2)"
            )
    for text in ("one", "two"):
        company.world.edit_entry(next(iter(company.world.entries)).id, text=text)
        assert company.sync("entries", full=True).packages == 1

    assert company.sync("entries").packages == 0

    assert company.query("select max(load_id) < '2' from clockodo_raw._dlt_loads")[1] == [(True,)]


def test_a_run_of_the_future_does_not_stay_the_newest(terminal: Terminal) -> None:
    """It failed, say, so that its report is all it wrote: what later runs tell is told of them."""
    company = terminal.account
    newest = (
        "select max_by(run_id, ended_at) from clockodo_raw.run_reports"
        " union all select max_by(run_id, ended_at) from clockodo_raw.resource_status"
        " where resource = 'users'"
    )
    with duckdb.connect(str(company.place.warehouse)) as warehouse:
        for table in ("run_reports", "resource_status"):
            warehouse.execute(
                f"update clockodo_raw.{table} set ended_at = ended_at + interval 30 years"
            )
    before = company.query(newest)[1]

    company.sync("users")

    assert not {*before} & {*company.query(newest)[1]}
