"""A dataset belongs to one reader, one filter and one way of reading; nothing else touches it."""

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.exits import Exit, explained
from simulator.world import World
from tests.conftest import Account
from tests.held import refused
from tests.trackers import CLOCKIFY, CLOCKODO, Tracker

MakeAccount = Callable[..., Account]


@pytest.mark.long
def test_a_filter_loads_its_part_and_never_deletes(account: MakeAccount) -> None:
    """Another filter, or none, is refused; the same one goes on."""
    company = account()
    user = next(iter(company.world.rows("users")))["id"]
    setting = {"filter": {"users_id": user}}
    company.sync(setting=setting)

    _, people = company.query("select distinct users_id from clockodo_raw.time_entries")
    assert people == [(user,)]
    assert company.sync(setting=setting).packages == 0
    assert "with the filter" in refused(company)
    assert "with the filter" in refused(company, setting={"filter": {"users_id": user + 1}})
    _, told = company.query("select filter, hard_budget_revenue from clockodo_raw.api_identity")
    assert set(told) == {(f'{{"users_id": "{user}"}}', False), (None, None)}


def test_an_entry_that_leaves_the_filter_is_followed_once(account: MakeAccount) -> None:
    """It is still there when asked for by its id, and no longer what the dataset holds."""
    company = account()
    setting = {"filter": {"billable": 1}}
    company.sync("entries", setting=setting)
    entry = next(e for e in company.world.entries if e.type == 1 and e.billable == 1)
    company.world.bill_entry(entry.id)
    company.sync("entries", setting=setting)
    company.sync("entries", setting=setting)
    company.app.reset()

    assert company.sync("entries", setting=setting).packages == 0
    assert company.app.counts[f"/v2/entries/{entry.id}"] == 0


def test_a_dataset_is_filled_from_the_same_workspaces(account: MakeAccount) -> None:
    """More of them, fewer, or all there are: refused, though the key may read them."""
    company = account(CLOCKIFY, others=[World(2, 0.1)])
    first, second = company.app.workspaces
    setting = {"workspaces": (second,)}
    company.sync("workspaces", "projects", setting=setting)

    _, read = company.query("select distinct workspace_id from clockify_raw.projects")
    assert read == [(second,)]
    assert company.sync("workspaces", "projects", setting=setting).packages == 0
    for others in ((), (first,), (first, second)):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - dlt wraps ours
            company.sync("workspaces", setting={"workspaces": others})
        known = explained(caught.value)
        assert known is not None
        assert (known[0], "with the filter" in known[1]) == (Exit.YOUR_MOVE, True)


def test_another_way_of_reading_needs_everything_read_again(
    tracker: Tracker, account: MakeAccount
) -> None:
    """Not a part of it, or one table would hold rows read in two ways."""
    company = account(tracker, loaded=True)
    since = company.world.now.date()
    text = {"clockodo": "text", "clockify": "description"}[tracker.name]
    settings: dict[str, Any] = {
        "timezone": "Asia/Tokyo",
        "exclude_columns": (f"time_entries.{text}",),
        "hash_columns": ("users.name",),
    }
    if tracker is CLOCKODO:
        settings["hard_budget_revenue"] = True

    for name, value in settings.items():
        assert "--full" in refused(company, setting={name: value})
    assert "--full" in refused(company, tracker.entries, setting=settings, full=True)
    assert "--full" in refused(company, setting=settings, full=True, since=since)
    company.sync(setting=settings, full=True)

    assert company.sync(setting=settings).packages == 0
    _, left = company.query(f"select count({text}) from {tracker.raw}.time_entries")
    assert left == [(0,)]  # what must not be kept any longer is gone from old rows as well


def test_an_unknown_type_of_entry_stops_its_month_only(account: MakeAccount) -> None:
    """Nothing is loaded of what nobody knows the meaning of, nor is anything lost; all else is."""
    company = account(loaded=True)
    entry = next(e for e in company.world.entries if e.type == 1)
    company.world.edit_entry(entry.id, type=4)

    person = company.world.rows("users")[0]["id"]
    company.world.edit("users", person, name="Renamed")

    outcome = company.sync(full=True)

    assert outcome.exit == Exit.NOT_AS_AGREED
    assert "of type 4" in outcome.troubles[0]
    there = f"select count(*) from clockodo_raw.time_entries where id = {entry.id}"
    assert company.query(there)[1] == [(1,)]
    assert company.query("select id from clockodo_raw.users where name = 'Renamed'")[1] == [
        (person,)
    ]
    company.world.edit_entry(entry.id, type=1)
    assert company.sync().exit == Exit.DONE
