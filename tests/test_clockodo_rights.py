"""A Clockodo key that sees less: no money, no names, or not the list that has both."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clockodo_source import Options, check
from clockodo_source.entries import PLAIN
from pipelines.exits import Exit, explained
from simulator.clockodo import Rights
from simulator.faults import rewritten
from tests.conftest import Account
from tests.held import refused
from tests.test_rights import ACCEPT, without_decisions
from tests.truth import differences, entries, of_entries, truth
from tests.truth_clockodo import ENTRIES

MakeAccount = Callable[..., Account]

ENHANCED_ONLY = {
    *("users_name", "customers_name", "projects_name", "subprojects_name", "services_name"),
    *("text", "hourly_rate", "revenue", "lumpsum_services_price"),
}


def test_what_is_known_stays_when_narrower_rights_are_accepted(account: MakeAccount) -> None:
    """Fields that vanished, money, notes, refused lists; what was really removed goes."""
    company = account(loaded=True)
    wanted = truth(company)
    wanted["users"][company.app.me,]["role"] = "worker"
    company.app.rights = Rights(owner=False, money=False)
    entry = next(e for e in company.world.entries if e.text and e.type == 1)
    company.world.edit_entry(entry.id, text=None)
    seen = entries(company)[entry.id]
    hidden = ("revenue", "hourly_rate", "billable")
    wanted["time_entries"][entry.id,] |= {k: v for k, v in seen.items() if k not in hidden}

    with company.meeting(rewritten(without_decisions), path="/v4/absences"):
        outcome = company.sync(accept_narrower_rights=True, full=True)

    assert [name for name, r in outcome.report.resources.items() if r.newly] == ["rates"]
    assert differences(company, wanted) == []


@pytest.mark.long
def test_a_key_that_loses_the_enhanced_list_keeps_names_and_money(account: MakeAccount) -> None:
    """Of what is known; new entries come without, until the right is back and all is read again."""
    company = account(years=0.25, loaded=True)
    company.app.switches.text_in_plain = False
    wanted = of_entries(company)
    edited = {kind: [e.id for e in company.world.entries if e.type == kind][-1] for kind in (1, 3)}
    company.world.edit_entry(edited[1], duration=4_321)
    company.world.edit_entry(edited[3], lumpsum_services_amount=7.0)
    company.world.insert_entry(time_since=company.world.now)
    for table, rows in of_entries(company).items():
        for key, row in rows.items():
            plain = {k: v for k, v in row.items() if k not in ENHANCED_ONLY}
            wanted[table][key] = wanted[table].get(key, {}) | plain
    company.app.rights.enhanced = False
    assert ACCEPT in refused(company, "entries")

    narrower = company.sync("entries", accept_narrower_rights=True)

    assert (narrower.exit, PLAIN in narrower.report.notes) == (Exit.DONE, True)
    assert differences(company, wanted) == []
    company.app.rights.enhanced = True
    company.sync("entries")
    company.sync("entries")
    assert differences(company, of_entries(company)) == []


def test_a_first_load_without_the_enhanced_list_has_hours(account: MakeAccount) -> None:
    """Money is empty and not nought, a note says so; months long past follow with the right."""
    company = account(years=0.25)
    company.app.rights.enhanced = False
    _, asked = check(company.settings, Options(company.world.now))
    assert {c.resource: c.answer for c in asked if c.answer != "ok"} == {"entries": "without money"}

    first = company.sync("entries")

    assert (first.exit, PLAIN in first.report.notes) == (Exit.DONE, True)
    _, ((hours, *money),) = company.query(
        "select sum(duration), count(revenue), count(hourly_rate) from clockodo_raw.time_entries"
    )
    assert hours == sum(e.duration or 0 for e in company.world.entries if e.type == 1)
    assert money == [0, 0]
    assert company.sync("entries").packages == 0
    company.app.rights.enhanced = True
    company.sync("entries")
    company.sync("entries")
    assert differences(company, of_entries(company)) == []


def test_no_right_is_missed_in_rows_that_cannot_show_it(account: MakeAccount) -> None:
    """Where all that is read again was booked as amounts, no rate is to be seen."""
    company = account(loaded=True)
    for entry in [e for e in company.world.entries if e.type == 1]:
        if entry.running:
            company.world.delete_entry(entry.id)
        else:
            company.world.change_type(entry.id, 2)

    assert company.sync().exit == Exit.DONE
    assert differences(company, of_entries(company)) == []


def test_money_that_was_never_visible_is_empty_and_told(account: MakeAccount) -> None:
    """The state of billing is -1, as it came; the books say which columns the key sees."""
    company = account()
    company.app.rights.money = False
    company.sync()

    owner = company.app.me
    _, codes = company.query(
        f"select distinct billable from clockodo_raw.time_entries where users_id <> {owner}"
    )
    assert codes == [(-1,)]
    _, ((amounts, factors),) = company.query(
        "select (select count(revenue) + count(hourly_rate) from clockodo_raw.time_entries),"
        " (select count(revenue_factor) + count(budget__amount) from clockodo_raw.projects)"
    )
    assert (amounts, factors) == (0, 0)
    _, ((rights,),) = company.query("select rights from clockodo_raw.api_identity")
    assert "users.email" in rights
    assert not any(name in rights for name in ("revenue", "hourly_rate", "budget__amount"))


@pytest.mark.long
def test_a_window_that_lost_most_of_its_rows_is_left_as_it_was(account: MakeAccount) -> None:
    """A right to a few customers only shows nowhere else; a person may accept it."""
    company = account(loaded=True)
    until_december = "time_since < '2026-12-01'"
    before = counted(company, until_december)
    company.app.rights.customers = {company.world.rows("customers")[-1]["id"]}

    left = company.sync()

    assert (left.exit, left.report.resources["entries"].status) == (Exit.LOOK, "shrunken")
    assert any("--accept-shrink" in trouble for trouble in left.troubles)
    assert counted(company, until_december) == before
    assert company.sync(accept_shrink=True).exit == Exit.DONE
    assert differences(company, of_entries(company)) == []


def counted(company: Account, where: str) -> list[tuple[Any, ...]]:
    """Return how many rows of each table of entries meet a condition."""
    parts = (f"select count(*) from clockodo_raw.{t} where {where}" for t in ENTRIES.values())
    return company.query(" union all ".join(parts))[1]


def test_a_right_that_is_lost_in_the_middle_of_a_load_ends_it(account: MakeAccount) -> None:
    """Else some months would have money and others not, and nobody would ever know."""
    company = account()
    lose = lambda: setattr(company.app.rights, "enhanced", False)  # noqa: E731 - one word
    company.app.switches.largest_page = 200
    late = [*[None] * 6, lose]
    with company.meeting(*late, path="/v2/entries"), pytest.raises(Exception) as caught:  # noqa: PT011 - dlt wraps ours
        company.sync("entries")
    known = explained(caught.value)
    assert known
    assert known[0] == Exit.YOUR_MOVE

    company.app.rights = Rights()
    company.sync("entries")

    told = {(i,): e for i, e in entries(company).items() if e["type"] == 1}
    assert differences(company, {"time_entries": told}) == []


def test_a_few_entries_without_money_are_a_narrower_key_too(account: MakeAccount) -> None:
    """Where the enhanced list is refused, not even one day is read without it."""
    company = account(loaded=True)
    company.app.rights.enhanced = False
    day = company.world.now.date()

    assert ACCEPT in refused(company, "entries", since=day - timedelta(days=1), until=day)
