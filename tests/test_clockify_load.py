"""What loading promises for Clockify only: two ways to entries, people, many workspaces."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from clockify_source import by_report
from clockify_source.tables import BY_NAME, REPORTED
from pipelines.exits import Exit
from simulator import faults
from simulator.clockify import Switches
from simulator.clockify_ids import hex_id
from simulator.world import World
from tests.conftest import Account, served
from tests.held import held, refused
from tests.matrices import OF_CLOCKIFY
from tests.trackers import CLOCKIFY, WORKSPACE
from tests.truth import differences, of_entries, truth

MakeAccount = Callable[..., Account]

DAY = timedelta(days=1)
ENTRIES = "time_entries"
OTHER = WORKSPACE.replace(hex_id("workspaces", 1), hex_id("workspaces", 2))
TOLD = """
select id, user_id, project_id, task_id, description, tag_ids, billable, type, is_locked,
    time_interval__start, time_interval__end, time_interval__duration
from clockify_raw.time_entries order by id
"""
RUNNING = "select id from clockify_raw.time_entries where time_interval__end is null order by id"


def count(company: Account, what: str) -> int:
    """Return how many entries there are of which something is so."""
    ((found,),) = company.query(f"select count(*) from clockify_raw.time_entries where {what}")[1]
    return int(found)


@pytest.fixture
def by_lists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:  # noqa: ANN401 - a context
    """Serve the company on the free plan, where lists take fewer requests than reports."""
    monkeypatch.setattr("clockify_source.api.PER_HOUR_ON_FREE_PLAN", 1_000)
    monkeypatch.setattr("clockify_source.ways.FEW", 100)
    (tmp_path / "free").mkdir()
    return served(World(1, 0.1), tmp_path / "free", tracker=CLOCKIFY, plan="FREE")


def test_both_ways_to_read_entries_find_the_same(
    account: MakeAccount,
    by_lists: Any,  # noqa: ANN401 - a context
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The report knows what was earned, lists at which rate, also where a list has many pages."""
    paid = account(CLOCKIFY, loaded=True)
    short = replace(BY_NAME[ENTRIES], page_size=60)
    monkeypatch.setitem(BY_NAME, ENTRIES, short)
    with by_lists as free:
        free.sync(ENTRIES)

        assert free.app.counts[CLOCKIFY.entries_path] == 0
        assert differences(free, of_entries(free)) == []
        assert free.query(TOLD) == paid.query(TOLD)
        assert count(free, "hourly_rate__currency = 'EUR'") > 2_500
        assert count(paid, "amount > 0 and invoicing_info is not null") > 1_000


@pytest.mark.parametrize("nth", [1, pytest.param(-1, marks=pytest.mark.long)])
def test_whatever_the_server_answers_to_open_questions_the_first_load_is_whole(
    account: MakeAccount, nth: int
) -> None:
    """Each question in another way than it is usually answered here, all at once."""
    company = account(CLOCKIFY)
    questions = {**OF_CLOCKIFY.readings, "report_running": ["told", "absent"]}
    company.app.switches = Switches(**{name: told[nth] for name, told in questions.items()})

    company.sync()

    assert differences(company) == []
    assert company.sync().packages == 0


@pytest.mark.parametrize("told", ["told", "absent"])
def test_running_clocks_are_there_whether_or_not_the_report_tells_them(
    account: MakeAccount, told: Literal["told", "absent"]
) -> None:
    """So is what becomes of them: stopped, deleted, started anew, in months nobody reads again."""
    company = account(CLOCKIFY)
    company.app.switches = Switches(report_running=told)
    world, setting = company.world, {"lookback_days": 2}
    users = [row["id"] for row in world.rows("users")][:3]
    old = [
        world.insert_entry(users_id=user, time_since=world.now - 60 * DAY, time_until=None)
        for user in users
    ]
    company.sync(ENTRIES, setting=setting)
    running = sum(e.running for e in world.entries)
    assert len(company.query(RUNNING)[1]) == running > 3

    world.stop_entry(old[0])
    world.delete_entry(old[1])
    world.start_entry(users[0])
    company.sync(ENTRIES, setting=setting)

    assert differences(company, of_entries(company)) == []
    assert len(company.query(RUNNING)[1]) == running - 1


def test_who_only_uses_the_kiosk_is_there_with_all_time(account: MakeAccount) -> None:
    """Lists leave these people out unless they are asked for."""
    company = account(CLOCKIFY, loaded=True)
    limited = "(select id from clockify_raw.users where status = 'LIMITED')"

    assert count(company, f"user_id in {limited}") > 100
    assert differences(company, {"users": truth(company)["users"]}) == []


def test_entries_outlive_who_made_them(
    account: MakeAccount,
    by_lists: Any,  # noqa: ANN401 - a context
) -> None:
    """A person is deleted, and mentioned by no list; or her own list is refused from now on."""
    paid = account(CLOCKIFY, loaded=True)
    one = paid.world.rows("users")[1]["id"]
    with by_lists as free:
        free.sync(ENTRIES)
        for company in (paid, free):
            before = company.query(TOLD)
            company.app.rights.left.add(one)

            outcome = company.sync("users", ENTRIES, full=True)

            assert outcome.exit == Exit.DONE
            assert company.query(TOLD) == before
            assert count(company, f"user_id = '{hex_id('users', one)}'") > 20
            _, people = company.query("select count(*) from clockify_raw.users")
            assert people == [(len(company.world.rows("users")) - 1,)]
        free.app.switches = Switches(limited_entries="refused")
        notes = free.sync(ENTRIES, full=True).report.notes
        assert free.query(TOLD) == before
        assert any("what is known of them stays" in note for note in notes)


def test_more_than_a_page_of_one_hour_is_read_whole(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing shorter than an hour is asked for, and all begin at the same instant."""
    monkeypatch.setattr(by_report, "REPORTED", replace(REPORTED, page_size=100))
    company = account(CLOCKIFY, loaded=True)
    noon = company.world.now.replace(hour=12) - 30 * DAY
    for number in range(250):
        company.world.insert_entry(time_since=noon, text=f"{number}")

    company.sync(ENTRIES)

    assert differences(company, of_entries(company)) == []


def test_a_report_that_is_refused_is_replaced_by_lists(account: MakeAccount) -> None:
    """All entries are there, without what was earned; that comes as soon as it may be read."""
    company = account(CLOCKIFY)
    company.app.rights.forbidden.add("/reports/detailed")

    first = company.sync(ENTRIES)

    assert first.exit == Exit.DONE
    assert any("nothing tells what was invoiced" in note for note in first.report.notes)
    assert differences(company, of_entries(company)) == []
    assert count(company, "amount is not null") == 0

    company.app.rights.forbidden.clear()
    company.sync(ENTRIES)

    assert differences(company, of_entries(company)) == []


@pytest.mark.long
def test_all_workspaces_of_a_key_are_in_the_same_tables(account: MakeAccount) -> None:
    """Each is replaced for itself: what one refuses, or one that disappears, stays as it is known.

    That it disappears has to be accepted.
    """
    two = account(CLOCKIFY, others=[World(2, 0.02)])
    two.sync()
    assert differences(two) == []
    assert two.sync().packages == 0

    _, other = (tenant.world for tenant in two.app.tenants)
    other.edit("customers", other.rows("customers")[0]["id"], active=False)
    other.delete_entry(next(e.id for e in other.entries if e.projects_id is None and e.type == 1))
    wanted = truth(two)
    with two.meeting(*[faults.status(403)] * 9, path=f"{OTHER}/holidays"):
        outcome = two.sync()
        assert two.sync("holidays").exit == Exit.DONE, "it is told once"
    assert outcome.exit == Exit.LOOK
    assert [note for note in outcome.report.notes if "holidays" in note]
    assert differences(two, wanted) == []
    changes = [table.changes for table in outcome.report.tables.values()]
    assert sum(c.inserted + c.updated + c.deleted for c in changes) <= 3

    before, gone = held(two), two.app.tenants.pop()
    assert f"no longer sees workspace {gone.key}" in refused(two)
    two.sync(accept_narrower_rights=True)
    two.sync()
    assert held(two) == before


async def _first_page(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    query = re.sub(rb"\bpage=\d+", b"page=1", scope["query_string"])
    await app({**scope, "query_string": query}, receive, send)


def test_a_list_that_takes_no_notice_of_pages_ends(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its only page is full, and nothing says that it is the last."""
    company = account(CLOCKIFY)
    company.app.switches = Switches(last_page="absent")
    whole = truth(company)["clients"]
    full = replace(BY_NAME["clients"], page_size=len(whole))
    monkeypatch.setitem(BY_NAME, "clients", full)
    monkeypatch.setattr("clockify_source.api.SMALLEST_PAGE", 1)
    with company.meeting(*[faults.Fault(_first_page)] * 20, path=f"{WORKSPACE}/clients"):
        company.sync("clients")

    assert differences(company, {"clients": whole}) == []
