"""`timehouse reconcile`: what differs from the tracker is named, and mended where that is asked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api_extract.errors import YourMove
from pipelines.exits import Exit
from pipelines.ledger import Ledger
from pipelines.reconcile import Reconciliation, reconcile, summary
from simulator import clockodo
from simulator.money import is_hard
from simulator.store import TIME, Entry
from tests.conftest import Account
from tests.terminal import Terminal
from tests.trackers import CLOCKIFY, CLOCKODO, Tracker
from tests.truth import differences, of_entries

MakeAccount = Callable[..., Account]


def compared(company: Account, *, repair: bool = False) -> Reconciliation:
    """Compare with a server that does not count requests."""
    now = company.world.now
    return reconcile(company.place, company.settings, now, repair=repair, models=False)


def told(found: Reconciliation) -> set[tuple[str, str]]:
    """Return the months that differ, with what of them does."""
    return {(f"{one.month:%Y-%m}", one.measure) for one in found.differing}


def old(company: Account, days: int = 70) -> list[Entry]:
    """Return the work of earlier than so many days ago, oldest first."""
    before = company.world.now_epoch - days * 86_400
    entries = (e for e in company.world.entries if e.type == TIME and not e.test_data)
    return [e for e in entries if e.duration and e.billable and e.time_since < before]


def month(entry: Entry) -> str:
    return f"{datetime.fromtimestamp(entry.time_since, UTC):%Y-%m}"


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for tracker in (CLOCKODO, CLOCKIFY):
        monkeypatch.setattr(tracker.limits, ())


Edit = Callable[[Any, Entry, Entry], object]
EDITS: dict[str, Edit] = {
    "duration": lambda world, e, _: world.edit_entry(e.id, duration=(e.duration or 0) + 900),
    "revenue": lambda world, e, _: world.edit_entry(e.id, hourly_rate=e.hourly_rate + 1),
    "person": lambda world, e, other: world.edit_entry(e.id, users_id=other.users_id),
    "billing": lambda world, e, _: world.edit_entry(e.id, billable=0),
    "project": lambda world, e, other: world.edit_entry(
        e.id, projects_id=other.projects_id, customers_id=other.customers_id
    ),
    "deletion": lambda world, e, _: world.delete_entry(e.id),
    "insertion": lambda world, e, _: world.insert_entry(time_since=e.time_since),
}


def test_every_kind_of_old_edit_is_named_and_mended(account: MakeAccount, tracker: Tracker) -> None:
    """Each in a month of its own; exactly these are named, read again, and equal afterwards."""
    company = account(tracker, years=1.0, loaded=True)
    months = sorted({month(entry) for entry in old(company)})[-len(EDITS) - 1 : -1]
    for edit, name in zip(EDITS.values(), months, strict=True):
        of_month = [e for e in old(company) if month(e) == name and _has_price(company, e)]
        one = of_month[0]
        others = (e for e in of_month if e.users_id != one.users_id)
        edit(company.world, one, next(e for e in others if e.projects_id != one.projects_id))

    found = compared(company)

    assert {name for name, _ in told(found)} == {*months}
    mended = compared(company, repair=True)
    assert [f"{window.since:%Y-%m}" for window in mended.repaired] == months
    assert (mended.exit, told(mended)) == (Exit.DONE, set())
    assert differences(company, of_entries(company)) == []


def _has_price(company: Account, entry: Entry) -> bool:
    """Tell whether an entry has a project that is paid by the hour."""
    projects = company.world.tables["projects"]
    return entry.projects_id is not None and not is_hard(projects[entry.projects_id])


def test_what_differs_is_named_by_month_measure_person_project_and_billing(
    account: MakeAccount,
) -> None:
    """Also where the sums of the month are the same; what is due is compared as well."""
    company = account(years=0.5, loaded=True)
    one = old(company)[5]
    other = next(e for e in old(company) if e.users_id != one.users_id and month(e) == month(one))
    people = {str(one.users_id), str(other.users_id)}
    company.world.edit_entry(one.id, users_id=other.users_id)
    company.world.change_target(other.users_id, datetime(2026, 7, 1, tzinfo=UTC).date(), monday=4.0)

    found = compared(company)

    assert found.exit == Exit.LOOK
    assert {(month(one), "hours"), ("2026-07", "target_hours")} <= told(found)
    cells = [cell for cell in summary(found)["cells"] if cell["measure"] == "hours"]
    assert {cell["person"] for cell in cells} == people
    assert sum(cell["tracker"] - cell["warehouse"] for cell in cells) == 0
    rows = company.rows("select * from clockodo_raw.reconciliations where differs")
    assert {(f"{row['month']:%Y-%m}", row["measure"]) for row in rows} == told(found)
    assert told(compared(company, repair=True)) == set()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York"])
def test_the_zone_of_the_server_s_months_is_found_out(account: MakeAccount, zone: str) -> None:
    """It may group by another zone than the company's; entries at the end of a month tell."""
    company = account(years=0.3)
    company.app.switches = clockodo.Switches(group_keys="number", window="overlap")
    user = next(iter(company.world.tables["users"]))
    company.world.edit("users", user, timezone="America/New_York")
    company.world.edit("users", [*company.world.tables["users"]][1], timezone=None)
    late = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)  # October in Berlin
    company.world.insert_entry(time_since=late)
    company.world.insert_entry(time_since=late + timedelta(hours=2))  # September in New York
    company.sync("entries", "users", "company")
    company.world.timezone = zone

    assert told(compared(company)) == set()


def test_what_was_never_loaded_differs(account: MakeAccount) -> None:
    """There is nothing to compare with, and a repair reads it."""
    company = account(years=0.1)
    company.sync("users", "company")

    assert "hours" in {measure for _, measure in told(compared(company))}
    assert told(compared(company, repair=True)) == set()


@pytest.mark.long
def test_a_year_agrees_since_the_last_of_its_months_did(account: MakeAccount) -> None:
    """Once one differs, the year last agreed when that month did; what never did is told so."""
    company = account(years=0.3, loaded=True)
    ledger = Ledger(company.place.pipeline(), company.place)
    assert ledger.agreements() == {}
    compared(company)
    first = company.world.now
    company.world.advance(timedelta(hours=1))
    company.world.edit_entry(old(company, 20)[5].id, duration=7)
    compared(company)
    assert ledger.agreements()[2026] == first
    company.world.advance(timedelta(hours=1))
    compared(company, repair=True)
    assert ledger.agreements()[2026] == company.world.now


@pytest.mark.long
def test_a_month_that_lost_most_rows_still_differs_after_a_repair(account: MakeAccount) -> None:
    """It is left as it was until that is accepted, and told with 5."""
    company = account(years=0.5, loaded=True)
    lost = "2026-07"
    for entry in [e for e in company.world.entries if month(e) == lost]:
        company.world.delete_entry(entry.id)

    found = compared(company, repair=True)

    assert (lost, "hours") in told(found)
    assert found.exit == Exit.LOOK
    assert any("--accept-shrink" in note for note in found.notes)


def test_the_command_writes_a_page_to_be_filed(terminal: Terminal, tmp_path: Path) -> None:
    """What was compared, by whom, when; names are escaped, and nobody else may read it."""
    company = terminal.account
    terminal("sync", "--no-models", "--resources", "users,company,entries,projects")
    one = next(e for e in company.world.entries if e.type == TIME and e.duration)
    company.world.edit_entry(one.id, duration=(one.duration or 0) + 60)
    company.world.edit("users", one.users_id, name="<b>Ada</b>")
    terminal("sync", "--no-models", "--resources", "users")
    page = tmp_path / "page.html"
    refused = terminal("reconcile", "--report", str(tmp_path / "nowhere" / "page.html"))
    assert (refused.exit, refused.requests) == (Exit.YOUR_MOVE, 0)
    assert "there is no folder" in refused.line

    said = terminal("reconcile", "--report", str(page))

    assert said.exit == Exit.LOOK
    assert "They differ." in said.printed
    written = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;Ada&lt;/b&gt;" in written
    assert "<b>" not in written
    assert page.stat().st_mode & 0o077 == 0


def test_excluded_columns_are_named(account: MakeAccount) -> None:
    """Without them there is nothing to compare."""
    company = account(years=0.1)
    setting = {"exclude_columns": ("time_entries.revenue",)}
    company.sync("users", "company", "entries", setting=setting)

    with pytest.raises(YourMove, match=r"Cannot compare without time_entries\.revenue"):
        reconcile(company.place, replace(company.settings, **setting), company.world.now)
