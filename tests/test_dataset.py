"""A dataset belongs to one reader, one filter and one way of reading; nothing else touches it."""

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.exits import Exit, explained
from tests.conftest import Account
from tests.truth import differences, entries, truth

MakeAccount = Callable[..., Account]


def refused(company: Account, *resources: str, **how: Any) -> str:  # noqa: ANN401 - options
    """Return why a sync was refused, having checked that nothing was changed by it."""
    before = held(company)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - dlt wraps ours
        company.sync(*resources, **how)
    known = explained(caught.value)
    assert known is not None
    assert known[0] == Exit.YOUR_MOVE
    assert held(company) == before
    return known[1]


def held(company: Account) -> dict[str, list[Any]]:
    tables = ("time_entries", "users", "projects", "entry_changes")
    return {
        name: sorted(company.query(f"select * from clockodo_raw.{name}")[1], key=str)
        for name in tables
    }


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
    company = account()
    company.sync()
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


def test_a_key_that_no_longer_sees_money_keeps_what_is_known(account: MakeAccount) -> None:
    """Refused at first; when accepted, known values stay, removed ones go."""
    company = account()
    company.sync()
    wanted = truth(company)
    company.app.rights.money = False
    assert "--accept-narrower-rights" in refused(company, full=True)

    entry = next(e for e in company.world.entries if e.text and e.type == 1)
    company.world.edit_entry(entry.id, text=None)
    seen = entries(company)[entry.id]
    hidden = ("revenue", "hourly_rate", "billable")
    wanted["time_entries"][entry.id,] |= {k: v for k, v in seen.items() if k not in hidden}
    company.sync(accept_narrower_rights=True, full=True)

    kept = ("time_entries", "projects", "subprojects")
    assert differences(company, {name: wanted[name] for name in kept}) == []


def test_another_reader_is_refused(account: MakeAccount) -> None:
    """The key of somebody else may see less without saying so."""
    company = account()
    company.sync()
    company.app.rights.owner = False

    assert "--accept-narrower-rights" in refused(company)

    _, runs = company.query("select loaded from clockodo_raw.api_identity order by ended_at")
    assert runs == [(True,), (False,)]
    _, failed = company.query(
        "select resource, detail from clockodo_raw.resource_status where status = 'failed'"
    )
    assert [(name, "may see less" in detail) for name, detail in failed] == [("users", True)]


def test_an_unknown_type_of_entry_stops_the_load(account: MakeAccount) -> None:
    """Nothing is loaded of what nobody knows the meaning of."""
    company = account()
    company.sync()
    entry = next(e for e in company.world.entries if e.type == 1)
    company.world.edit_entry(entry.id, type=4)

    with pytest.raises(Exception) as caught:  # noqa: PT011 - dlt wraps ours
        company.sync(full=True)

    known = explained(caught.value)
    assert known is not None
    assert known[0] == Exit.NOT_AS_AGREED
    assert "of type 4" in known[1]


def test_what_a_plan_lacks_is_told_once(account: MakeAccount) -> None:
    """The rest goes on, the rows stay, and only the first run asks for a look."""
    company = account()
    company.sync()
    rates = truth(company)["rates"]
    company.app.rights.forbidden.add("/v4/rates")

    assert company.sync().exit == Exit.LOOK
    assert company.sync().exit == Exit.DONE
    assert differences(company, {"rates": rates}) == []


def test_a_list_that_lost_most_of_its_rows_is_left_as_it_was(account: MakeAccount) -> None:
    """A right that was lost without a word looks the same; only a person can tell."""
    company = account()
    company.sync()
    absences = company.world.rows("absences")
    for row in absences[: len(absences) * 2 // 3]:
        company.world.delete("absences", row["id"])

    left = company.sync()

    assert (left.exit, left.report.resources["absences"].status) == (Exit.LOOK, "shrunken")
    _, held = company.query("select count(*) from clockodo_raw.absences")
    assert held == [(len(absences),)]
    assert company.sync(accept_shrink=True).exit == Exit.DONE
    assert differences(company, {"absences": truth(company)["absences"]}) == []
