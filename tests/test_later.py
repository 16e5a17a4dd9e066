"""A run that has no requests left stops, keeps what it has read, and the next one goes on."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import dlt
import pytest

from api_extract.limits import DAY, Limit
from pipelines.exits import Exit
from simulator import faults
from tests.conftest import Account
from tests.test_memory import by_month
from tests.trackers import CLOCKODO, TRACKERS, WORKSPACE, Tracker
from tests.truth import differences, truth

MakeAccount = Callable[..., Account]


def a_day_passes() -> None:
    """Forget what was counted, as the file does after a day."""
    rmtree(Path(dlt.current.run_context().data_dir) / "requests", ignore_errors=True)


@pytest.mark.parametrize(("name", "a_day"), [("clockodo", 100), ("clockify", 30)])
def test_a_day_s_requests_do_not_suffice(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch, name: str, a_day: int
) -> None:
    """Each run ends with 3 and says until when; day by day more is there, at last everything."""
    company = account(TRACKERS[name])
    monkeypatch.setattr(company.tracker.limits, (Limit(a_day, DAY),))
    ends, days = Exit.THEIR_MOVE, 0
    while ends == Exit.THEIR_MOVE and days < 9:
        company.app.reset()
        ended = company.sync(models=days == 0)
        ends, days = ended.exit, days + 1
        if ends == Exit.THEIR_MOVE:
            assert company.app.counts.total() == a_day
            assert ended.report.later.startswith("The documented limit of requests is used up.")
            assert ended.built is None
            assert days > 1 or ended.notes[-1].startswith("The models were left as they were")
            a_day_passes()

    assert 1 < days < 9
    assert differences(company) == []


@pytest.mark.long
def test_a_full_reading_goes_on_where_it_stopped(
    account: MakeAccount, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked to be read again is remembered, also by runs that are not asked so."""
    by_month(monkeypatch, tracker)
    company = account(tracker, years=0.25, loaded=True)
    old = next(e for e in company.world.entries if e.type == 1 and e.projects_id is None)
    company.world.edit_entry(old.id, text="An edit that no look-back sees")
    monkeypatch.setattr(tracker.limits, (Limit(12, DAY),))
    assert company.sync("users", tracker.entries, full=True).exit == Exit.THEIR_MOVE

    monkeypatch.setattr(tracker.limits, ())
    company.sync()

    assert differences(company) == []


def test_what_was_read_before_the_requests_ran_out_is_in_the_log(
    account: MakeAccount, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit of an early entry was loaded by the run that stopped, and is told by it, too."""
    by_month(monkeypatch, tracker)
    company = account(tracker, years=0.5)
    setting = {"start_date": company.world.since}
    company.sync(tracker.entries, setting=setting)
    first = min((e for e in company.world.entries if e.type == 1), key=lambda e: e.time_since)
    company.world.edit_entry(first.id, duration=1234)
    monkeypatch.setattr(tracker.limits, (Limit(12, DAY),))
    a_day_passes()

    assert company.sync(tracker.entries, setting=setting, full=True).exit == Exit.THEIR_MOVE

    _, log = company.query(f"select entry_id, kind from {tracker.raw}.entry_changes")
    assert log == [(tracker.id_of(first.id), "updated")]


@pytest.mark.long
def test_what_is_owed_comes_before_what_is_due(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days of people that nobody has read are not put off for days that were read yesterday."""
    company = account(years=0.5)
    wanted = {"work_times": truth(company)["work_times"]}
    setting = {"start_date": company.world.since}
    monkeypatch.setattr(CLOCKODO.limits, (Limit(20, DAY),))
    for _ in range(5):
        assert company.sync("work_times", setting=setting).exit == Exit.THEIR_MOVE
        a_day_passes()

    assert differences(company, wanted) == []


@pytest.mark.parametrize(
    ("name", "edited", "busy", "path"),
    [
        ("clockodo", "teams", "absences", "/v4/absences"),
        ("clockify", "user_groups", "holidays", f"{WORKSPACE}/holidays"),
    ],
)
def test_a_server_that_wants_to_be_left_alone_is_asked_no_more(
    account: MakeAccount, name: str, edited: str, busy: str, path: str
) -> None:
    """What was read before is loaded, the rest is postponed without another request."""
    company = account(TRACKERS[name], loaded=True)
    team = company.world.rows("teams")[0]
    company.world.edit("teams", team["id"], name="Quer & Co")
    company.app.reset()
    with company.meeting(faults.status(503, retry_after=7_200), path=path):
        ended = company.sync()

    statuses = {name: r.status for name, r in ended.report.resources.items()}
    assert ended.exit == Exit.THEIR_MOVE
    assert ended.report.later.endswith("The server asks to wait 7200 s; run later.")
    assert (statuses[edited], statuses[busy]) == ("loaded", "postponed")
    assert set(list(statuses.values())[list(statuses).index(busy) :]) == {"postponed"}
    assert company.app.requests[-1][0] != path, "the answer was held back, and was the last"
    assert company.app.counts.total() + 1 == ended.report.requests
    assert company.sync().exit == Exit.DONE
    assert differences(company) == []
