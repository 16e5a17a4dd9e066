"""What a later run reads of Clockify: by its feed, once a day, and within the free plan's limit."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pipelines.exits import Exit
from simulator.clockify import Limits, Switches
from simulator.world import World
from tests.conftest import Account
from tests.test_later import a_day_passes
from tests.test_memory import old_entries
from tests.trackers import CLOCKIFY
from tests.truth import differences, of_entries, truth

MakeAccount = Callable[..., Account]

ENTRIES = "time_entries"
FEEDS = {
    "as documented": Switches(),
    "otherwise": Switches(
        feed_window="wall", feed_rows="response", feed_first_page=1, feed_kind="documentType"
    ),
}
AN_HOUR = 30  # requests that the free plan allows


def edit_old_ones(world: World, *entries: int) -> None:
    """Edit, move and delete entries, and add one; time passes before and afterwards."""
    edited, moved, deleted = entries
    world.advance(timedelta(hours=1))
    world.edit_entry(edited, duration=4_321)
    world.move_entry(moved, world.now - timedelta(days=110))
    world.delete_entry(deleted)
    world.insert_entry(time_since=world.now - timedelta(days=140))
    world.advance(timedelta(hours=15))  # the feed's clocks may be those of any zone


@pytest.mark.parametrize("feed", FEEDS)
def test_edits_before_the_look_back_are_found_by_the_feed(account: MakeAccount, feed: str) -> None:
    """However it counts its pages, reads its clocks and wraps its rows; all else is not read."""
    company = account(CLOCKIFY, years=0.5, loaded=True)
    company.app.switches = FEEDS[feed]
    olds = old_entries(company, 80, 170)
    edit_old_ones(company.world, *(olds[n].id for n in (0, len(olds) // 2, -1)))

    outcome = company.sync(ENTRIES)

    assert differences(company, of_entries(company)) == []
    changes = outcome.report.tables[ENTRIES].changes
    assert (changes.inserted, changes.updated, changes.deleted) == (1, 2, 1)
    _, everything = company.query(f"select count(*) from clockify_raw.{ENTRIES}")
    assert outcome.report.tables[ENTRIES].read < everything[0][0] * 0.9


@pytest.mark.long
def test_without_the_feed_all_else_is_read(account: MakeAccount) -> None:
    """Where it is refused, old edits wait for a full reading, and nothing is told of as wrong."""
    company = account(CLOCKIFY, years=0.5, loaded=True)
    company.app.switches = Switches(feed="refused")
    olds = old_entries(company, 80, 170)
    edit_old_ones(company.world, *(entry.id for entry in olds[:3]))
    company.world.insert_entry()

    outcome = company.sync(ENTRIES)

    assert outcome.exit == Exit.DONE
    assert outcome.report.tables[ENTRIES].changes.inserted == 1
    company.sync(ENTRIES, full=True)
    assert differences(company, of_entries(company)) == []


def test_a_run_asks_for_little_and_for_profiles_once_a_day(account: MakeAccount) -> None:
    """A changed capacity is known the day after; new people's at once."""
    company = account(CLOCKIFY, loaded=True)
    worker = company.world.rows("users")[1]["id"]
    people = len(company.world.rows("users"))
    company.world.change_target(worker, company.world.now.date(), monday=4.0)
    company.app.reset()

    company.sync()

    assert company.app.counts.total() <= 27
    assert asked_for_profiles(company) == 0
    company.world.insert("users", name="Neu Hinzu", email="neu@quarzwerk.example")
    company.app.reset()
    company.sync()
    assert asked_for_profiles(company) == 1
    company.world.advance(timedelta(days=1))
    company.app.reset()
    company.sync()
    assert people - 5 <= asked_for_profiles(company) <= people + 1
    assert differences(company, {"member_profiles": truth(company)["member_profiles"]}) == []


def asked_for_profiles(company: Account) -> int:
    """Return how many profiles were asked for."""
    return sum(count for path, count in company.app.counts.items() if "/member-profile/" in path)


def an_hour_passes(company: Account) -> None:
    """Forget what was counted, on both sides."""
    a_day_passes()
    company.app.windows.seen.clear()


def is_equal(company: Account) -> bool:
    """Compare the warehouse with a server that does not count meanwhile."""
    limits, company.app.limits = company.app.limits, None
    found = differences(company)
    company.app.limits = limits
    return found == []


def test_five_people_on_the_free_plan_are_read_within_an_hour_s_requests(
    account: MakeAccount,
) -> None:
    """Everything, at the first run and at each later one, by a server that counts as well."""
    company = account(CLOCKIFY, plan="FREE", limits=Limits())
    for user in company.world.rows("users")[5:]:
        company.world.delete_user(user["id"])

    for requests in (AN_HOUR, 20):
        outcome = company.sync()

        assert outcome.exit == Exit.DONE
        assert outcome.report.requests <= requests
        assert is_equal(company)
        an_hour_passes(company)


@pytest.mark.long
def test_a_large_company_on_the_free_plan_is_read_hour_by_hour(account: MakeAccount) -> None:
    """Each run keeps what it has read and ends with 3, saying when to go on; at last all is there.

    The server never has to refuse a request.
    """
    company = account(CLOCKIFY, plan="FREE", limits=Limits())
    company.world.advance(timedelta(days=1))
    windows, outcome = list[int](), company.sync()
    while outcome.exit == Exit.THEIR_MOVE and len(windows) < 8:
        assert outcome.report.later.startswith("The documented limit of requests is used up.")
        windows.append(len(company.place.pipeline().state["sources"]["clockify"]["read"][ENTRIES]))
        an_hour_passes(company)
        company.world.advance(timedelta(hours=1))
        outcome = company.sync()

    assert outcome.exit == Exit.DONE
    assert 0 < windows[0] < windows[1]
    assert is_equal(company)
