"""What a sync remembers of the one before, and what becomes of it when things go wrong."""

import shutil
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from api_extract.session import Session
from pipelines.exits import Exit
from simulator import faults
from simulator.instants import utc_day
from simulator.store import Entry
from tests.conftest import Account
from tests.crash import dying
from tests.edits import edit_everything
from tests.trackers import Tracker
from tests.truth import differences, of_entries

MakeAccount = Callable[..., Account]


def old_entries(company: Account, least: int = 75, most: int = 300) -> list[Entry]:
    """Return work before the look-back, nothing of which hangs on a fixed price."""
    now, day = company.world.now_epoch, 86_400
    return [
        e
        for e in company.world.entries
        if e.type == 1 and e.projects_id is None and least * day < now - e.time_since < most * day
    ]


@pytest.mark.long
def test_a_span_is_remembered_only_with_its_rows(account: MakeAccount) -> None:
    """A list refused at its second year is wholly there once it is readable."""
    company = account()
    with company.meeting(None, faults.status(403), path="/v2/nonbusinessDays"):
        assert company.sync().report.resources["nonbusiness_days"].status == "forbidden"

    company.sync()

    assert differences(company) == []


@pytest.mark.long
def test_a_restored_copy_of_the_warehouse_is_brought_up_to_date(
    account: MakeAccount, tracker: Tracker
) -> None:
    """Whatever the working folder says, or holds, of the warehouse that was there before."""
    company = account(tracker, loaded=True)
    warehouse = company.place.warehouse
    shutil.copy(warehouse, f"{warehouse}.copy")
    edit_everything(company.world)
    company.sync(tracker.entries)
    company.world.delete_entry(old_entries(company, 1, 40)[0].id)
    assert dying("normalized", lambda: company.sync(tracker.entries)) == 9 << 8
    shutil.copy(f"{warehouse}.copy", warehouse)

    company.sync(tracker.entries)

    assert differences(company, of_entries(company)) == []
    assert company.sync(tracker.entries).packages == 0


@pytest.mark.long
def test_a_report_is_read_again_by_a_later_run_than_its_entries(account: MakeAccount) -> None:
    """What an old entry's edit changes in reports is not forgotten by a run without reports."""
    company = account(years=1.0, loaded=True)
    company.world.delete_entry(old_entries(company, 330, 365)[0].id)
    company.sync("entries", full=True)

    company.sync()

    assert differences(company) == []


def test_entries_that_move_while_they_are_read_are_found_by_the_next_run(
    account: MakeAccount, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forwards, backwards, out of all windows and into another type; not by look-back alone."""
    monkeypatch.setattr("api_extract.entry_rows.ROWS_AT_ONCE", 0)  # each part by itself
    by_month(monkeypatch, tracker)
    company = account(tracker, years=0.25)
    setting = {"start_date": date(2026, 8, 1), "lookback_days": 0}
    company.sync(tracker.entries, setting=setting)
    picked = iter(old_entries(company, 55, 80))
    late = [e.id for e in old_entries(company, 1, 20)]

    def move() -> None:
        world = company.world
        world.advance(timedelta(seconds=5))
        world.move_entry(next(picked).id, world.now - timedelta(days=2))
        world.change_type(world.move_entry(next(picked).id, world.now), 2)
        world.move_entry(late[0], world.now - timedelta(days=70))
        world.change_type(world.move_entry(late[1], world.now - timedelta(days=70)), 3)
        world.edit_entry(late[2], duration=1234)

    until_october = [None] * 3
    with company.meeting(*until_october, move, path=tracker.entries_path):
        company.sync(tracker.entries, setting=setting, full=True)
    company.sync(tracker.entries, setting=setting)

    assert differences(company, of_entries(company)) == []


def by_month(monkeypatch: pytest.MonkeyPatch, tracker: Tracker) -> None:
    """Let entries be read month by month."""
    module, name = tracker.longest
    monkeypatch.setattr(sys.modules[module], name, timedelta(days=31))


@pytest.mark.long
def test_entries_lost_from_sight_are_followed_some_at_a_time(
    account: MakeAccount, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved to days that nobody reads again, many in a day: later runs ask for the rest."""
    company = account(tracker, loaded=True)
    monkeypatch.setattr(sys.modules["api_extract.changes"], "MOST_FOLLOWED", 2)
    for month, entry in enumerate(old_entries(company, 1, 40)[:5]):
        company.world.move_entry(entry.id, company.world.now - timedelta(days=100 + 31 * month))

    for _ in range(3):
        company.sync(tracker.entries)

    assert differences(company, of_entries(company)) == []
    assert company.sync(tracker.entries).packages == 0


def test_people_who_are_deleted_leave_nothing_behind(account: MakeAccount) -> None:
    """Their presence was asked for person by person, and nobody asks for it any more."""
    company = account(loaded=True)
    worked = company.query("select distinct users_id from clockodo_raw.work_times order by 1")[1]
    company.world.delete_user(int(worked[-1][0]))

    company.sync(full=True)

    assert differences(company) == []


@pytest.mark.long
def test_a_first_load_of_some_days_is_completed_by_the_next(
    account: MakeAccount, tracker: Tracker
) -> None:
    """Nothing of the days that were asked for is doubled, and what ran in them is followed."""
    company = account(tracker)
    now = company.world.now
    company.sync(since=(now - timedelta(days=20)).date(), until=(now - timedelta(days=3)).date())
    moved = old_entries(company, 4, 19)[0]
    company.world.move_entry(moved.id, now - timedelta(days=30))

    company.sync()

    assert differences(company) == []


@pytest.mark.long
def test_what_was_left_as_it_was_is_read_again_however_old(
    account: MakeAccount, tracker: Tracker
) -> None:
    """A month that lost most of its rows stays reported until it is accepted."""
    company = account(tracker, years=0.5, loaded=True)
    august = [e for e in company.world.entries if utc_day(e.time_since).month == 8]
    for entry in august[: len(august) * 2 // 3]:
        company.world.delete_entry(entry.id)

    def status(**how: Any) -> str:  # noqa: ANN401 - options
        return company.sync(tracker.entries, **how).report.resources[tracker.entries].status

    assert status(full=True) == "shrunken"
    assert status() == "shrunken"
    assert status(accept_shrink=True) == "loaded"
    assert differences(company, of_entries(company)) == []


@pytest.mark.long
def test_a_long_pause_loses_nothing(account: MakeAccount, tracker: Tracker) -> None:
    """What was made while nobody read, in months that are no longer looked back at, is read."""
    company = account(tracker, loaded=True)
    company.world.advance(timedelta(days=20))
    company.world.insert_entry()
    presence = list(company.world.tables["work_times"])
    company.world.delete("work_times", presence[-1])
    company.world.advance(timedelta(days=150))

    company.sync()

    assert differences(company) == []
    company.sync()
    assert company.sync().packages == 0


def test_an_entry_that_cannot_be_followed_stops_nothing(
    account: MakeAccount, tracker: Tracker
) -> None:
    """The list was read; where the entry itself will not answer, the next run asks again."""
    company = account(tracker, loaded=True)
    gone = next(e.id for e in company.world.entries if e.type == 1 and e.projects_id is None)
    company.world.move_entry(gone, company.world.now - timedelta(days=200))
    lasting = [faults.status(500)] * 9
    with (
        patch.object(Session, "_pause", return_value=0.0),
        company.meeting(*lasting, path=f"{tracker.entry_path}/{tracker.id_of(gone)}"),
    ):
        assert company.sync(tracker.entries).exit == Exit.DONE

    company.sync(tracker.entries)

    assert differences(company, of_entries(company)) == []


def test_a_clock_that_runs_for_months_is_followed(account: MakeAccount, tracker: Tracker) -> None:
    """Nobody reads its month any more, but once it is stopped its hours are there."""
    company = account(tracker)
    since = company.world.now - timedelta(days=120)
    user = company.world.rows("users")[0]["id"]
    clock = company.world.insert_entry(users_id=user, time_since=since, time_until=None)
    company.sync(tracker.entries)
    company.sync(tracker.entries)
    company.world.stop_entry(clock)

    company.sync(tracker.entries)

    assert differences(company, of_entries(company)) == []
