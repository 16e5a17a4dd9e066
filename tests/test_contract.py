"""What an API adds, drops or changes: each is reported, and stops nothing else."""

from collections.abc import Callable
from typing import Any

from pipelines.exits import Exit
from simulator.faults import MISTYPED
from simulator.store import Row
from tests.conftest import Account
from tests.trackers import Tracker

MakeAccount = Callable[..., Account]
LISTS = {"clockodo": ("projects", "customers"), "clockify": ("projects", "clients")}
PROJECTS = {
    "clockodo": "/v4/projects",
    "clockify": "/workspaces/640000000000000000000001/projects",
}


def shown(company: Account, change: Callable[[Row], Any]) -> None:
    """Let each project be told otherwise from now on."""
    for row in company.world.rows("projects"):
        change(row)


def held(company: Account, table: str, column: str) -> list[tuple[Any, ...]]:
    return company.query(f"select {column} from {company.tracker.raw}.{table} order by id")[1]


def test_a_new_key_is_kept_and_told(account: MakeAccount) -> None:
    """It waits in `_undeclared` until somebody declares it."""
    company = account(loaded=True)
    shown(company, lambda row: row.update(mood="fine"))
    outcome = company.sync("projects")

    assert outcome.exit == Exit.LOOK
    assert outcome.troubles == ["projects.mood: nobody documented it; kept in _undeclared."]
    assert set(held(company, "projects", "_undeclared")) == {('{"mood":"fine"}',)}


def test_a_key_that_is_gone_is_told_and_empty(account: MakeAccount) -> None:
    """Until it is there again; nothing else of the list is lost."""
    company = account(loaded=True)
    names, numbers = held(company, "projects", "name"), held(company, "projects", "number")
    taken = {row["id"]: row["number"] for row in company.world.rows("projects")}
    shown(company, lambda row: row.pop("number"))
    for _ in range(2):
        outcome = company.sync("projects")
        told = "projects.number: no row has it any more; it is empty in what was read since."
        assert (outcome.exit, outcome.troubles) == (Exit.LOOK, [told])
    assert held(company, "projects", "name") == names
    assert set(held(company, "projects", "number")) == {(None,)}

    shown(company, lambda row: row.update(number=taken[row["id"]]))
    assert company.sync("projects").exit == Exit.DONE
    assert held(company, "projects", "number") == numbers


def test_what_has_another_type_is_left_and_all_else_is_loaded(
    account: MakeAccount, tracker: Tracker
) -> None:
    """The list stays as it was; the run says so, and ends as one that should be told to us."""
    company = account(tracker, loaded=True)
    first, second = LISTS[tracker.name]
    before = held(company, first, "name")
    for table in ("projects", "customers"):
        company.world.edit(table, company.world.rows(table)[0]["id"], name="Renamed")
    with company.meeting(MISTYPED, MISTYPED, path=PROJECTS[tracker.name]):
        outcome = company.sync()

    assert outcome.exit == Exit.NOT_AS_AGREED
    assert {n for n, r in outcome.report.resources.items() if r.status == "unexpected"} == {first}
    assert held(company, first, "name") == before
    assert ("Renamed",) in held(company, second, "name")
    assert company.sync().exit == Exit.DONE
    assert ("Renamed",) in held(company, first, "name")


def test_entries_of_another_type_are_left_and_all_else_is_loaded(
    account: MakeAccount, tracker: Tracker
) -> None:
    """The months in which they are stay as they were, and are read again by the next run."""
    company = account(tracker, loaded=True)
    before = held(company, tracker.table, tracker.begins)
    company.world.delete_entry(list(company.world.entries)[-5].id)
    company.world.edit("customers", company.world.rows("customers")[0]["id"], name="Renamed")
    with company.meeting(MISTYPED, path=tracker.entries_path):
        outcome = company.sync()

    assert outcome.exit == Exit.NOT_AS_AGREED
    assert outcome.report.resources[tracker.entries].status == "unexpected"
    assert held(company, tracker.table, tracker.begins) == before
    assert ("Renamed",) in held(company, LISTS[tracker.name][1], "name")
    assert company.sync().exit == Exit.DONE
    assert len(held(company, tracker.table, tracker.begins)) == len(before) - 1
