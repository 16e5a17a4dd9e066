"""A key that sees less than the one that filled the dataset destroys nothing of it."""

import re
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from api_extract.resource import Resource
from pipelines.exits import Exit
from pipelines.output import show_sync
from pipelines.show import Show
from simulator.faults import rewritten
from tests.conftest import Account
from tests.held import held, refused
from tests.trackers import WORKSPACE, Tracker
from tests.truth import differences, truth

MakeAccount = Callable[..., Account]

ACCEPT = "--accept-narrower-rights"
NARROWER: dict[str, dict[str, Callable[[Any], object]]] = {
    "clockodo": {
        "another reader": lambda app: setattr(app, "me", app.me + 1),
        "a lost role": lambda app: setattr(app.rights, "owner", False),
        "no money": lambda app: setattr(app.rights, "money", False),
        "no enhanced list": lambda app: setattr(app.rights, "enhanced", False),
    },
    "clockify": {
        "another reader": lambda app: setattr(app, "me", app.me + 1),
        "a lost role": lambda app: setattr(app.rights, "role", "member"),
    },
}


def without_decisions(answer: dict[str, Any]) -> object:
    """Leave out of absences who decided on them."""
    rows = [{k: v for k, v in row.items() if k != "approved_by"} for row in answer["data"]]
    return {**answer, "data": rows}


def without_rates(answer: list[dict[str, Any]]) -> object:
    """Leave out of projects what they cost."""
    return [{k: v for k, v in row.items() if k != "hourlyRate"} for row in answer]


# A list that lacks some columns, how it then answers, and what is told of it.
LESS: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "clockodo": ("/v4/absences", without_decisions, "absences.approved_by"),
    "clockify": (
        f"{WORKSPACE}/projects",
        without_rates,
        "projects.hourly_rate__amount, projects.hourly_rate__currency",
    ),
}


def test_a_key_that_may_see_less_is_refused(tracker: Tracker, account: MakeAccount) -> None:
    """Exit 2, nothing changed, the way on is named; and with the rights back all goes on."""
    company = account(tracker, loaded=True)
    me, everything = company.app.me, type(company.app.rights)
    for narrow in NARROWER[tracker.name].values():
        narrow(company.app)
        assert ACCEPT in refused(company)
        company.app.me, company.app.rights = me, everything()
    path, less, columns = LESS[tracker.name]
    with company.meeting(rewritten(less), path=path):
        told = refused(company)
    assert f"The key no longer sees {columns}. Nothing was changed. Give" in told
    assert ACCEPT in told

    assert company.sync().packages == 0
    _, runs = company.query(f"select loaded from {tracker.raw}.api_identity order by ended_at")
    assert runs == [(True,), *[(False,)] * (len(NARROWER[tracker.name]) + 1), (True,)]
    _, failed = company.query(
        f"select resource, detail from {tracker.raw}.resource_status where status = 'failed'"
    )
    assert {name for name, detail in failed if "may see less" in detail} == {"users"}
    in_lists = {"clockodo": {"entries", "absences"}, "clockify": {"projects"}}
    assert {name for name, _ in failed} == {"users", *in_lists[tracker.name]}


def test_what_was_never_available_is_an_empty_table(
    tracker: Tracker, account: MakeAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    """Forbidden, missing or ended from the start: told, exit 0, and models find their tables."""
    company = account(tracker)
    refuse(company)

    outcome = company.sync()

    assert outcome.exit == Exit.DONE
    show_sync(Show(as_json=False), outcome, company.place)
    told = capsys.readouterr().out
    for resource in optional(tracker):
        assert re.search(
            rf"Not available: {resource.name} \({resource.method} /\S+: (4|nobody)", told
        )
    counts = {name: rows for name, rows, _ in held(company)}
    assert {counts[t.name] for resource in optional(tracker) for t in resource.tables} == {0}
    assert company.sync().packages == 0


def test_what_is_no_longer_available_stays_as_it_was(
    tracker: Tracker, account: MakeAccount
) -> None:
    """Whatever the answer, the rest goes on, and only the first run asks for a look."""
    company = account(tracker, loaded=True)
    before, everything = held(company), type(company.app.rights)
    refuse(company)

    first = company.sync()

    assert first.exit == Exit.LOOK
    once_a_day = {"member_profiles"}
    names = {resource.name for resource in optional(tracker)} - once_a_day
    assert {name for name, r in first.report.resources.items() if r.newly} == names
    assert len(first.troubles) == len(names)
    assert company.sync().exit == Exit.DONE
    assert held(company) == before
    company.app.rights = everything()
    assert company.sync().exit == Exit.DONE
    assert held(company) == before


def test_a_list_that_lost_most_of_its_rows_is_left_as_it_was(
    tracker: Tracker, account: MakeAccount
) -> None:
    """A right that was lost without a word looks the same; only a person can tell."""
    company = account(tracker, loaded=True)
    name = {"clockodo": "absences", "clockify": "time_off_requests"}[tracker.name]
    counting = f"select count(*) from {tracker.raw}.{name}"
    _, before = company.query(counting)
    absences = company.world.rows("absences")
    for row in absences[: len(absences) * 9 // 10]:
        company.world.delete("absences", row["id"])

    left = company.sync()

    assert (left.exit, left.report.resources[name].status) == (Exit.LOOK, "shrunken")
    assert any("--accept-shrink" in trouble for trouble in left.troubles)
    assert company.query(counting)[1] == before
    assert company.sync(accept_shrink=True).exit == Exit.DONE
    assert differences(company, {name: truth(company)[name]}) == []


def optional(tracker: Tracker) -> list[Resource]:
    """Return what a plan, a module or a right decides on."""
    return [resource for resource in tracker.resources if resource.optional]


def refuse(company: Account) -> None:
    """Let each of these answer that it is forbidden, or missing, or gone for good, by turns."""
    refusals = {"clockodo": ("gone", "forbidden", "missing"), "clockify": ("forbidden", "missing")}
    names = cycle(refusals[company.tracker.name])
    for resource, refusal in zip(optional(company.tracker), names, strict=False):
        path = resource.path.removeprefix("/workspaces/{workspace}").replace("{user}", "{}")
        getattr(company.app.rights, refusal).add(path)
