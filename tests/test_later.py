"""A run that has no requests left stops, keeps what it has read, and the next one goes on."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import dlt
import pytest

from api_extract.limits import DAY, Limit
from clockodo_source import api
from pipelines.exits import Exit
from simulator import faults
from tests.conftest import Account
from tests.truth import differences, truth

MakeAccount = Callable[..., Account]


def a_day_passes() -> None:
    """Forget what was counted, as the file does after a day."""
    for file in (Path(dlt.current.run_context().data_dir) / "requests").iterdir():
        file.unlink()


def test_a_day_s_requests_do_not_suffice(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run ends with 3 and says until when; day by day more is there, at last everything."""
    company = account()
    monkeypatch.setattr(api, "LIMITS", (Limit(100, DAY),))
    ends, days = Exit.THEIR_MOVE, 0
    while ends == Exit.THEIR_MOVE:
        company.app.reset()
        ended = company.sync(models=days == 0)
        ends, days = ended.exit, days + 1
        if ends == Exit.THEIR_MOVE:
            assert company.app.counts.total() == 100
            assert ended.report.later.startswith("The documented limit of requests is used up.")
            assert ended.built is None
            assert days > 1 or ended.notes[-1].startswith("The models were left as they were")
            a_day_passes()

    assert days > 1
    assert differences(company) == []


def test_a_full_reading_goes_on_where_it_stopped(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked to be read again is remembered, also by runs that are not asked so."""
    company = account(years=0.25, loaded=True)
    old = next(e for e in company.world.entries if e.type == 1 and e.projects_id is None)
    company.world.edit_entry(old.id, text="An edit that no look-back sees")
    monkeypatch.setattr(api, "LIMITS", (Limit(8, DAY),))
    assert company.sync("users", "entries", full=True).exit == Exit.THEIR_MOVE

    monkeypatch.setattr(api, "LIMITS", ())
    company.sync()

    assert differences(company) == []


def test_what_was_read_before_the_requests_ran_out_is_in_the_log(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit of an early entry was loaded by the run that stopped, and is told by it, too."""
    monkeypatch.setattr(sys.modules["clockodo_source.entries"], "LONGEST_SPAN", timedelta(days=31))
    company = account(years=0.5)
    setting = {"start_date": company.world.since}
    company.sync("entries", setting=setting)
    first = min((e for e in company.world.entries if e.type == 1), key=lambda e: e.time_since)
    company.world.edit_entry(first.id, duration=1234)
    monkeypatch.setattr(api, "LIMITS", (Limit(8, DAY),))
    a_day_passes()

    assert company.sync("entries", setting=setting, full=True).exit == Exit.THEIR_MOVE

    _, log = company.query("select entry_id, kind from clockodo_raw.entry_changes")
    assert log == [(first.id, "updated")]


def test_what_is_owed_comes_before_what_is_due(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days of people that nobody has read are not put off for days that were read yesterday."""
    company = account(years=0.5)
    wanted = {"work_times": truth(company)["work_times"]}
    setting = {"start_date": company.world.since}
    monkeypatch.setattr(api, "LIMITS", (Limit(20, DAY),))
    for _ in range(5):
        assert company.sync("work_times", setting=setting).exit == Exit.THEIR_MOVE
        a_day_passes()

    assert differences(company, wanted) == []


def test_a_server_that_wants_to_be_left_alone_is_asked_no_more(account: MakeAccount) -> None:
    """What was read before is loaded, the rest is postponed without another request."""
    company = account(loaded=True)
    team = company.world.rows("teams")[0]
    company.world.edit("teams", team["id"], name="Quer & Co")
    company.app.reset()
    with company.meeting(faults.status(503, retry_after=7_200), path="/v4/absences"):
        ended = company.sync()

    statuses = {name: r.status for name, r in ended.report.resources.items()}
    assert ended.exit == Exit.THEIR_MOVE
    assert ended.report.later.endswith("The server asks to wait 7200 s; run later.")
    assert (statuses["teams"], statuses["absences"]) == ("loaded", "postponed")
    assert set(list(statuses.values())[list(statuses).index("absences") :]) == {"postponed"}
    assert company.app.counts["/v2/entries"] == 0
    assert company.sync().exit == Exit.DONE
    assert differences(company) == []
