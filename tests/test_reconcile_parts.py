"""`timehouse reconcile` where not all can be compared: what is too much, not seen, or of others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api_extract.errors import YourMove
from api_extract.session import Session
from pipelines.exits import Exit
from pipelines.ledger import Ledger
from pipelines.reconcile import summary
from simulator.faults import rewritten, status
from tests.conftest import Account
from tests.test_later import a_day_passes
from tests.test_reconcile import compared, month, old, told
from tests.trackers import CLOCKIFY, CLOCKODO

MakeAccount = Callable[..., Account]
GROUPS, REPORTS = "/v2/entrygroups", "/userreports"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "_pause", lambda *_: 0.0)
    for tracker in (CLOCKODO, CLOCKIFY):
        monkeypatch.setattr(tracker.limits, ())


@pytest.mark.long
def test_the_free_plan_compares_a_part_each_hour(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run begins with what was compared longest ago."""
    company = account(CLOCKIFY, years=0.3, plan="FREE")
    monkeypatch.setattr("clockify_source.api.PER_HOUR_ON_FREE_PLAN", 1_000)
    company.sync("workspaces", "users", "time_entries")
    monkeypatch.setattr("clockify_source.api.PER_HOUR_ON_FREE_PLAN", 9)
    seen: list[set[Any]] = []
    for _ in range(2):
        a_day_passes()
        company.world.advance(timedelta(hours=1))
        found = compared(company)
        seen.append({one.month for one in found.months})
        assert found.exit == Exit.THEIR_MOVE

    assert not seen[0] & seen[1]


def test_money_that_the_key_may_not_see_is_not_compared(account: MakeAccount) -> None:
    """Hours are."""
    company = account(years=0.2)
    company.app.rights.money = False
    company.sync("users", "company", "entries", "projects")

    found = compared(company)

    assert {one.measure for one in found.months} == {"hours"}
    assert found.exit == Exit.DONE


def test_an_answer_that_is_too_much_is_asked_for_in_halves(account: MakeAccount) -> None:
    """A year, then half of it, is refused with 504, each twice; what is shorter is answered."""
    company = account(years=0.5, loaded=True)
    before = summary(compared(company))["months"]
    heavy = [status(504, html=True)] * 4

    with company.meeting(*heavy, path=GROUPS):
        found = compared(company)

    assert found.exit == Exit.DONE
    assert summary(found)["months"] == before


@pytest.mark.long
def test_a_month_that_is_too_much_is_left_and_all_others_are_compared(account: MakeAccount) -> None:
    """It is told with 3, as the next run may fare better."""
    company = account(years=0.4, loaded=True)
    everything = {one.month for one in compared(company).months if one.measure == "hours"}
    company.settings = replace(company.settings, start_date=min(everything))
    with company.meeting(*[status(504, html=True)] * 12, path=GROUPS):
        found = compared(company)

    assert found.exit == Exit.THEIR_MOVE
    assert "504" in found.later
    assert {one.month for one in found.months if one.measure == "hours"} < everything


def test_what_cannot_be_asked_for_keeps_nothing_else_from_being_compared(
    account: MakeAccount,
) -> None:
    """Reports that fail for good end with the first year; entries are compared and noted."""
    company = account(years=0.3, loaded=True)
    with company.meeting(*[status(504)] * 99, path="/userreports"):
        found = compared(company)

    assert found.exit == Exit.THEIR_MOVE
    assert {one.measure for one in found.months} == {"hours", "revenue"}
    assert company.rows("select * from clockodo_raw.reconciliations") != []


def test_where_nothing_is_summed_what_was_due_is_compared(account: MakeAccount) -> None:
    """Also where the very first request fails, which finds out the zone."""
    company = account(years=0.3)
    company.world.insert_entry(time_since=datetime(2026, 9, 30, 23, 30, tzinfo=UTC))
    company.sync("users", "company", "entries", "user_reports")
    with company.meeting(*[status(500)] * 99, path=GROUPS):
        found = compared(company)

    assert (found.exit, "500" in found.later) == (Exit.THEIR_MOVE, True)
    assert {one.measure for one in found.months} == {"target_hours", "worked_hours"}


def test_sums_that_one_side_does_not_tell_are_not_compared(account: MakeAccount) -> None:
    """Without the enhanced list there is no revenue to compare; hours are, and it is said."""
    company = account(years=0.2)
    company.app.rights.enhanced = False
    company.sync("users", "company", "entries", "projects")

    found = compared(company)

    assert (found.exit, {one.measure for one in found.months}) == (Exit.DONE, {"hours"})
    assert any("revenue" in note for note in found.notes)


@pytest.mark.parametrize("value", [{"billable": 12}, {"users_id": 301}])
def test_what_was_filtered_is_compared_with_the_same_filter(
    account: MakeAccount, value: dict[str, int]
) -> None:
    """And with no other, which is told before anything is asked."""
    company = account(years=0.2)
    company.settings = replace(company.settings, filter=value)
    company.sync("users", "company", "entries")

    found = compared(company)

    assert (found.exit, bool(found.months)) == (Exit.DONE, True)
    company.settings = replace(company.settings, filter={})
    with pytest.raises(YourMove, match="another FILTER"):
        compared(company)


@pytest.mark.long
def test_a_repair_that_cannot_compare_again_claims_nothing(account: MakeAccount) -> None:
    """What differed is told as before, with 5, and what was left open as well."""
    company = account(years=0.3, loaded=True)
    one = old(company, 20)[0]
    company.world.edit_entry(one.id, duration=(one.duration or 0) + 60)
    company.app.reset()
    before = told(compared(company))
    first = [None] * company.app.counts[GROUPS]
    with company.meeting(*first, *[status(500)] * 99, path=GROUPS):
        found = compared(company, repair=True)

    open_still = {(name, measure) for name, measure in before if measure in ("hours", "revenue")}
    assert (told(found), found.exit) == (open_still, Exit.LOOK)
    assert "500" in found.later


def test_months_nobody_has_worked_in_are_compared_too(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also on the free plan, and before the first entry; once there is nothing, they agree."""
    company = account(CLOCKIFY, years=0.2, plan="FREE")
    monkeypatch.setattr("clockify_source.api.PER_HOUR_ON_FREE_PLAN", 9_000)
    company.sync("workspaces", "users", "time_entries")
    one = company.world.insert_entry(time_since=datetime(2026, 3, 10, 9, tzinfo=UTC))

    assert ("2026-03", "hours") in told(compared(company))
    company.world.delete_entry(one)
    assert told(compared(company)) == set()
    ledger = Ledger(company.place.pipeline(), company.place)
    assert not any(differs for _, differs in ledger.compared().values())


def test_a_clock_that_runs_hides_nothing_of_the_months_before(account: MakeAccount) -> None:
    """Only from its begin on it may be told otherwise."""
    company = account(years=0.5)
    user = next(iter(company.world.tables["users"]))
    company.world.insert_entry(
        users_id=user, time_since=company.world.now - timedelta(days=20), duration=None
    )
    company.sync("users", "company", "entries", "user_reports")
    july = next(e for e in old(company) if e.users_id == user and month(e) == "2026-07")
    company.world.edit_entry(july.id, duration=(july.duration or 0) + 7_200)

    assert ("2026-07", "worked_hours") in told(compared(company))


def test_answers_may_hold_nulls_floats_and_empty_lists(account: MakeAccount) -> None:
    """Where the schema is silent, each shape is read."""
    company = account(years=0.3, loaded=True)

    def odd(group: Any) -> Any:  # noqa: ANN401 - any JSON
        inner = [odd(each) for each in group.get("sub_groups") or []]
        return {**group, "duration": float(group["duration"]), "sub_groups": inner}

    def change(answer: Any) -> Any:  # noqa: ANN401 - any JSON
        return {**answer, "groups": [*map(odd, answer["groups"])]}

    with company.meeting(*[rewritten(change)] * 99, path=GROUPS):
        assert compared(company).exit == Exit.DONE

    def nothing(answer: Any) -> Any:  # noqa: ANN401 - any JSON
        reports = [{**each, "month_details": None} for each in answer["userreports"]]
        return {"userreports": reports}

    with company.meeting(*[rewritten(nothing)] * 99, path=REPORTS):
        assert "target_hours" in {measure for _, measure in told(compared(company))}
