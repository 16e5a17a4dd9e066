"""A dataset belongs to one reader, one filter and one way of reading; nothing else touches it."""

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.exits import Exit, explained
from tests.conftest import Account
from tests.held import refused

MakeAccount = Callable[..., Account]


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
    company.sync(setting=setting)
    entry = next(e for e in company.world.entries if e.type == 1 and e.billable == 1)
    company.world.bill_entry(entry.id)
    company.sync(setting=setting)
    company.sync(setting=setting)
    company.app.reset()

    assert company.sync(setting=setting).packages == 0
    assert company.app.counts[f"/v2/entries/{entry.id}"] == 0


def test_another_way_of_reading_needs_everything_read_again(account: MakeAccount) -> None:
    """Not a part of it, or one table would hold rows read in two ways."""
    company = account(loaded=True)
    since = company.world.now.date()
    settings: dict[str, Any] = {
        "timezone": "Asia/Tokyo",
        "hard_budget_revenue": True,
        "exclude_columns": ("time_entries.text",),
        "hash_columns": ("users.name",),
    }

    for name, value in settings.items():
        assert "--full" in refused(company, setting={name: value})
    assert "--full" in refused(company, "entries", setting=settings, full=True)
    assert "--full" in refused(company, setting=settings, full=True, since=since)
    company.sync(setting=settings, full=True)

    assert company.sync(setting=settings).packages == 0
    _, left = company.query("select count(text) from clockodo_raw.time_entries")
    assert left == [(0,)]  # what must not be kept any longer is gone from old rows as well


def test_an_unknown_type_of_entry_stops_the_load(account: MakeAccount) -> None:
    """Nothing is loaded of what nobody knows the meaning of."""
    company = account(loaded=True)
    entry = next(e for e in company.world.entries if e.type == 1)
    company.world.edit_entry(entry.id, type=4)

    with pytest.raises(Exception) as caught:  # noqa: PT011 - dlt wraps ours
        company.sync(full=True)

    known = explained(caught.value)
    assert known is not None
    assert known[0] == Exit.NOT_AS_AGREED
    assert "of type 4" in known[1]
