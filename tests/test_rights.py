"""A key that sees less than the one that filled the dataset destroys nothing of it."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest

from clockodo_source import Options, check
from clockodo_source.entries import PLAIN
from clockodo_source.tables import RESOURCES
from pipelines.exits import Exit, explained
from pipelines.output import show_sync
from pipelines.show import Show
from simulator.clockodo import ClockodoApp, Rights
from simulator.faults import rewritten
from tests.conftest import Account
from tests.held import held, refused
from tests.truth import ENTRIES, Rows, differences, entries, truth

MakeAccount = Callable[..., Account]

ACCEPT = "--accept-narrower-rights"
OPTIONAL = [resource for resource in RESOURCES if resource.optional]
ENHANCED_ONLY = {
    *("users_name", "customers_name", "projects_name", "subprojects_name", "services_name"),
    *("text", "hourly_rate", "revenue", "lumpsum_services_price"),
}

NARROWER: dict[str, Callable[[ClockodoApp], object]] = {
    "another reader": lambda app: setattr(app, "me", app.me + 1),
    "a lost role": lambda app: setattr(app.rights, "owner", False),
    "no money": lambda app: setattr(app.rights, "money", False),
    "no enhanced list": lambda app: setattr(app.rights, "enhanced", False),
}


def without_decisions(answer: dict[str, Any]) -> object:
    """Leave out of absences who decided on them."""
    rows = [{k: v for k, v in row.items() if k != "approved_by"} for row in answer["data"]]
    return {**answer, "data": rows}


def test_a_key_that_may_see_less_is_refused(account: MakeAccount) -> None:
    """Exit 2, nothing changed, the way on is named; and with the rights back all goes on."""
    company = account(loaded=True)
    me = company.app.me
    for narrow in NARROWER.values():
        narrow(company.app)
        assert ACCEPT in refused(company)
        company.app.me, company.app.rights = me, Rights()
    with company.meeting(rewritten(without_decisions), path="/v4/absences"):
        assert "no longer sees absences.approved_by. Nothing was changed. Give" in refused(company)

    assert company.sync().packages == 0
    _, runs = company.query("select loaded from clockodo_raw.api_identity order by ended_at")
    assert runs == [(True,), *[(False,)] * 5, (True,)]
    _, failed = company.query(
        "select resource, detail from clockodo_raw.resource_status where status = 'failed'"
    )
    assert {name for name, detail in failed if "may see less" in detail} == {"users"}
    assert {name for name, _ in failed} == {"users", "entries", "absences"}


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
    assert ACCEPT in refused(company)

    narrower = company.sync(accept_narrower_rights=True)

    assert (narrower.exit, PLAIN in narrower.report.notes) == (Exit.DONE, True)
    assert differences(company, wanted) == []
    company.app.rights.enhanced = True
    company.sync()
    company.sync()
    assert differences(company, of_entries(company)) == []


def test_a_first_load_without_the_enhanced_list_has_hours(account: MakeAccount) -> None:
    """Money is empty and not nought, a note says so; months long past follow with the right."""
    company = account(years=0.25)
    company.app.rights.enhanced = False
    _, asked = check(company.settings, Options(company.world.now))
    assert {c.resource: c.answer for c in asked if c.answer != "ok"} == {"entries": "without money"}

    first = company.sync()

    assert (first.exit, PLAIN in first.report.notes) == (Exit.DONE, True)
    _, ((hours, *money),) = company.query(
        "select sum(duration), count(revenue), count(hourly_rate) from clockodo_raw.time_entries"
    )
    assert hours == sum(e.duration or 0 for e in company.world.entries if e.type == 1)
    assert money == [0, 0]
    assert company.sync().packages == 0
    company.app.rights.enhanced = True
    company.sync()
    company.sync()
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


def test_what_was_never_available_is_an_empty_table(
    account: MakeAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    """Forbidden, missing or ended from the start: told, exit 0, and models find their tables."""
    company = account()
    refuse(company, ("forbidden", "missing", "gone"))

    outcome = company.sync()

    assert outcome.exit == Exit.DONE
    show_sync(Show(as_json=False), outcome)
    told = capsys.readouterr().out
    for resource in OPTIONAL:
        assert f"Not available: {resource.name} (GET {resource.path}: 4" in told
    counts = {name: rows for name, rows, _ in held(company)}
    assert {counts[t.name] for resource in OPTIONAL for t in resource.tables} == {0}
    assert company.sync().packages == 0


def test_what_is_no_longer_available_stays_as_it_was(account: MakeAccount) -> None:
    """Whatever the answer, the rest goes on, and only the first run asks for a look."""
    company = account(loaded=True)
    before = held(company)
    refuse(company, ("gone", "forbidden", "missing"))

    first = company.sync()

    assert first.exit == Exit.LOOK
    assert {n for n, r in first.report.resources.items() if r.newly} == {r.name for r in OPTIONAL}
    assert len(first.troubles) == len(OPTIONAL)
    assert company.sync().exit == Exit.DONE
    assert held(company) == before
    company.app.rights = Rights()
    assert company.sync().exit == Exit.DONE
    assert held(company) == before


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


def test_a_list_that_lost_most_of_its_rows_is_left_as_it_was(account: MakeAccount) -> None:
    """A right that was lost without a word looks the same; only a person can tell."""
    company = account(loaded=True)
    absences = company.world.rows("absences")
    for row in absences[: len(absences) * 2 // 3]:
        company.world.delete("absences", row["id"])

    left = company.sync()

    assert (left.exit, left.report.resources["absences"].status) == (Exit.LOOK, "shrunken")
    assert any("--accept-shrink" in trouble for trouble in left.troubles)
    _, rows = company.query("select count(*) from clockodo_raw.absences")
    assert rows == [(len(absences),)]
    assert company.sync(accept_shrink=True).exit == Exit.DONE
    assert differences(company, {"absences": truth(company)["absences"]}) == []


def refuse(company: Account, answers: tuple[str, str, str]) -> None:
    """Let each optional resource answer with one of 403, 404 and 410, by turns."""
    for resource, answer in zip(OPTIONAL, cycle(answers), strict=False):
        getattr(company.app.rights, answer).add(resource.path)


def of_entries(company: Account) -> dict[str, Rows]:
    """Return what the three tables of entries should hold, as the key sees them now."""
    listed = entries(company).values()
    return {
        table: {(row["id"],): row for row in listed if row["type"] == kind}
        for kind, table in ENTRIES.items()
    }


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
