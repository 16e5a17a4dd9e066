"""What rarely changes, and what is asked for person by person, is not read by each run."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from api_extract.errors import YourMove
from pipelines.ledger import Ledger
from pipelines.status import status
from simulator.faults import MISTYPED
from simulator.world import World
from tests.conftest import Account
from tests.trackers import CLOCKODO, Tracker
from tests.truth import differences

MakeAccount = Callable[..., Account]


@pytest.fixture
def company(account: MakeAccount, tracker: Tracker) -> Account:
    """Load a company whose lists are read as often as they are by default, and once more."""
    made = account(tracker, years=0.1)
    usual = type(made.settings).__dataclass_fields__["daily_lists"].default
    made.settings = replace(made.settings, daily_lists=usual)
    made.sync()
    made.app.reset()
    return made


def paths(company: Account) -> set[str]:
    """Return where the lists are that are read once a day."""
    listed = {r.name: r.path for r in company.tracker.resources}
    found = {listed[name] for name in company.settings.daily_lists}
    workspace = company.tracker.users_path.removesuffix("/users")
    return {path.replace("/workspaces/{workspace}", workspace) for path in found}


def asked(company: Account) -> set[str]:
    """Return which of them were asked for since this was asked last."""
    found: set[str] = {*company.app.counts} & paths(company)
    company.app.reset()
    return found


def seen(company: Account) -> set[str]:
    """Return which columns a right decides on, as the last run has it."""
    return set(status(company.place, company.world.now).rights)


def change(world: World) -> None:
    """Change what is in such a list of either tracker."""
    day = next(row for row in world.rows("nonbusiness_days"))
    world.edit("nonbusiness_days", day["id"], name="Tag der Probe")


def test_only_the_first_run_of_a_day_reads_them(company: Account) -> None:
    """So a change is there the next day, or when asked for; a run in between loads nothing.

    Nor has it to tell anything that marts are to be built for again.
    """
    change(company.world)
    before = seen(company)
    company.world.advance(timedelta(hours=1))
    found = company.sync()
    assert seen(company) == before
    assert (asked(company), found.packages) == (set(), 0)
    assert {name for name, r in found.report.resources.items() if r.status == "not due"} == {
        *company.settings.daily_lists
    }
    assert differences(company) != []
    assert Ledger(company.place.pipeline(), company.place).notices() == []

    again = company.copy(company.place.warehouse.parent / "again")
    again.sync(full=True)
    assert asked(again) == paths(again)
    assert differences(again) == []

    company.world.advance(timedelta(days=1))
    company.sync()
    assert asked(company) == paths(company)
    assert differences(company) == []


def test_a_run_that_is_confined_to_some_days_reads_them_for_nobody_else(company: Account) -> None:
    """Though it is the first of a day: what lies on other days is read by the next."""
    company.world.advance(timedelta(days=1))
    today = company.world.now.date()
    company.sync(since=today, until=today + timedelta(days=1))
    company.app.reset()
    company.sync()
    assert asked(company) == paths(company)


def test_who_is_named_or_has_come_is_read_at_once(company: Account) -> None:
    """A list that is asked for by name; and all of them, when people have changed."""
    name = company.settings.daily_lists[0]
    company.sync(name)
    assert len(asked(company)) == 1
    person = company.world.rows("users")[-1]
    company.world.edit("users", person["id"], name="Frau Neu")
    company.sync()
    assert asked(company) == paths(company)


def test_what_could_not_be_read_is_tried_again_by_the_next_run(company: Account) -> None:
    """That list alone, on the same day, until it is read."""
    change(company.world)
    company.world.advance(timedelta(days=1))
    path = next(p for p in paths(company) if p.lower().endswith(("/nonbusinessdays", "/holidays")))
    with company.meeting(*[MISTYPED] * 9, path=path):
        assert company.sync().troubles
    company.app.reset()
    company.sync()
    assert path in asked(company) != paths(company)
    assert differences(company) == []


@pytest.mark.parametrize("name", ["users", "entries", "time_entries", "no_such"])
def test_what_each_run_needs_cannot_be_left_out(account: MakeAccount, name: str) -> None:
    """It is refused, by name, before anything is asked for."""
    company = account(CLOCKODO, years=0.02)
    with pytest.raises(YourMove, match=f"DAILY_LISTS: {name} cannot be"):
        company.sync(setting={"daily_lists": (name,)})
    assert company.app.counts.total() == 0
