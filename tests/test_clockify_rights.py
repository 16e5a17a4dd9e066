"""A Clockify key that sees less: a member's, one whose plan was given up, that of an add-on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from clockify_source import Options, check
from pipelines.exits import Exit
from pipelines.sync import Outcome
from simulator.clockify import Rights, Switches
from simulator.clockify_settings import Plan
from simulator.faults import rewritten
from tests.conftest import Account
from tests.held import held, refused
from tests.trackers import CLOCKIFY, WORKSPACE

MakeAccount = Callable[..., Account]

ACCEPT = "--accept-narrower-rights"
HIDDEN = [Switches(hidden_rates="null"), Switches(hidden_rates="absent")]
RATES = """
select
    (select count(hourly_rate__amount) from clockify_raw.workspaces),
    (select count(hourly_rate__amount) from clockify_raw.projects),
    (select count(rate) from clockify_raw.time_entries),
    (select count(amount) from clockify_raw.time_entries)
"""
PAID_FOR = {"custom_fields", "holidays", "time_off_policies", "time_off_requests"}
PAID_FOR |= {"expenses", "invoices"}


@pytest.mark.long
def test_a_member_who_is_accepted_takes_nothing_from_others(account: MakeAccount) -> None:
    """Whatever lists lost most of their rows stays, and so do the rates that are hidden now."""
    company = account(CLOCKIFY, loaded=True)
    until_december = "where time_interval__start < '2026-12-01'"  # later months have few entries
    entries = f"select count(*), count(amount) from clockify_raw.time_entries {until_december}"
    before, worked = dict_of(held(company)), company.query(entries)
    rates = company.query(RATES)[1][0][:2]
    company.app.rights = Rights(role="member")

    narrower = company.sync(accept_narrower_rights=True)

    assert narrower.exit == Exit.LOOK
    left = {name for name, r in narrower.report.resources.items() if r.status == "shrunken"}
    assert left == {
        *("users", "time_entries", "projects", "user_groups", "time_off_requests", "expenses")
    }
    assert any("project_memberships" in trouble for trouble in narrower.troubles)
    assert narrower.report.resources["invoices"].newly
    after = dict_of(held(company))
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"workspaces", "time_entries", "entry_changes"}
    assert company.query(entries) == worked
    assert company.query(RATES)[1][0][:2] == rates


@pytest.mark.long
@pytest.mark.parametrize("switches", HIDDEN, ids=["null", "absent"])
def test_rates_that_a_member_sees_no_longer_stay_as_they_are_known(
    account: MakeAccount, switches: Switches
) -> None:
    """Refused at first; then what else of the member's own work was edited is seen."""
    company = account(CLOCKIFY, rights=Rights(role="member", hides_rates=False), switches=switches)
    company.sync()
    _, known = company.query(RATES)
    assert min(known[0]) > 0
    mine = [e for e in company.world.entries if e.users_id == company.app.me and e.duration]
    company.world.edit_entry(mine[-1].id, text="edited")
    company.app.rights = Rights(role="member")

    told = refused(company)
    assert "The key no longer sees workspaces.hourly_rate__amount" in told
    assert ACCEPT in told

    assert company.sync(accept_narrower_rights=True).exit == Exit.DONE
    assert company.query(RATES)[1] == known
    _, edited = company.query(
        f"select description from clockify_raw.time_entries where id = '{id_of(mine[-1].id)}'"
    )
    assert edited == [("edited",)]
    assert company.sync().packages == 0


def test_a_members_key_reads_the_members_own_time(account: MakeAccount) -> None:
    """What money it never saw is empty and not nought; the books say who read, with what rights."""
    company = account(CLOCKIFY, rights=Rights(role="member"))
    report, asked = check(company.settings, Options(company.world.now))
    assert report.owner_role == "member"
    assert {c.resource for c in asked if c.answer != "ok"} == {"invoices"}

    assert company.sync().exit == Exit.DONE

    assert company.query(RATES)[1] == [(0, 0, 0, 0)]
    _, people = company.query("select distinct user_id from clockify_raw.time_entries")
    assert people == [(report.owner,)]
    _, books = company.query("select users_id, role, rights from clockify_raw.api_identity")
    assert books == [(report.owner, "member", "[]")]


def test_what_a_plan_no_longer_includes_stays_as_it_was(account: MakeAccount) -> None:
    """However that is said, only the first run asks for a look; the free plan is not even asked."""
    company = account(CLOCKIFY, loaded=True)
    before = held(company)

    first = on_plan(company, "FREE")

    assert (first.exit, len(first.troubles)) == (Exit.LOOK, len(PAID_FOR))
    assert all("the free plan does not include it" in trouble for trouble in first.troubles)
    assert company.app.counts[f"{WORKSPACE}/holidays"] == 0
    for refusal in (400, 402, 403):
        company.app.switches = Switches(plan_refusal=refusal)
        told = on_plan(company, "BASIC")
        assert (told.exit, told.packages) == (Exit.DONE, 0)
        assert {told.report.resources[name].status for name in PAID_FOR} == {"forbidden"}
    on_plan(company, "PRO")
    assert held(company) == before


def test_a_check_leaves_a_free_workspace_most_of_its_requests(account: MakeAccount) -> None:
    """However many people there are: the sync that comes next needs some of the thirty an hour."""
    company = account(CLOCKIFY, plan="FREE")

    report, asked = check(company.settings, Options(company.world.now))

    assert report.requests <= 15
    assert {c.resource for c in asked if c.answer != "ok"} == PAID_FOR
    assert min(c.rows for c in asked if c.rows is not None) > 0


def on_plan(company: Account, plan: Plan) -> Outcome:
    """Sync what is paid for, on a plan that may not include it."""
    company.app.plan = plan
    company.app.reset()
    return company.sync(*PAID_FOR)


def test_the_token_of_an_addon_reads_the_workspaces_it_is_told_of(account: MakeAccount) -> None:
    """It cannot list them; else it reads what a key does, be it in somebody's name or nobody's."""
    company = account(CLOCKIFY)
    workspaces = tuple(company.app.workspaces)
    by_key = replace(company.settings, workspaces=workspaces)
    company.settings = replace(by_key, api_key="", addon_token=company.app.token)

    company.sync()

    assert company.app.counts["/workspaces"] == 0
    company.settings, by_token = by_key, company.settings
    assert company.sync().packages == 0
    company.settings = replace(by_token, workspaces=("nowhere",))
    assert refused(company).endswith(" Check WORKSPACES.")
    company.app.rights.forbidden = {"/user"}
    report, asked = check(by_token, Options(company.world.now))
    assert (report.owner, report.owner_role) == ("an add-on", "owner")
    assert {c.answer for c in asked if not c.optional} == {"ok"}


def id_of(number: int) -> str:
    """Return what the tracker calls an entry."""
    return str(CLOCKIFY.id_of(number))


def dict_of(rows: list[tuple[object, ...]]) -> dict[object, tuple[object, ...]]:
    """Return rows by their first column."""
    return {name: tuple(rest) for name, *rest in rows}


def test_columns_of_what_a_plan_lacks_may_be_kept_off(account: MakeAccount) -> None:
    """Its tables are made nevertheless, without them."""
    made = account(CLOCKIFY, plan="FREE")

    made.sync("holidays", setting={"exclude_columns": ("holidays.name",)})

    assert made.query("select count(*) from clockify_raw.holidays")[1] == [(0,)]


def test_a_role_is_not_the_name_of_what_it_holds_for(account: MakeAccount) -> None:
    """Nobody becomes an administrator by a project that is called so."""
    roles = [{"role": "PROJECT_MANAGER", "entities": [{"name": "OWN ADMIN"}]}]
    made = account(CLOCKIFY)
    with made.meeting(
        *[rewritten(lambda rows: [{**r, "roles": roles} for r in rows])] * 9,
        path=f"{WORKSPACE}/users",
    ):
        assert made.sync("users").report.owner_role == "member"
