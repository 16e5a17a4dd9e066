from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator.capacity import Availability
from simulator.clockify import ClockifyApp, Switches
from simulator.clockify_ids import dated, hex_id, number_of
from simulator.holidays import easter
from simulator.server import serve
from simulator.world import World
from tests.clockify_client import EVER, Client

ALL = {"statuses": ["ALL"], "page": 1, "pageSize": 200}


@pytest.fixture(scope="module")
def full() -> Iterator[Client]:
    app = ClockifyApp(World(seed=1))
    with serve(app) as url:
        yield Client(app, url)


def test_people_have_one_number_for_all_days(full: Client) -> None:
    """Capacity is what holds today, exact for equal days, and the mean where days differ."""
    told = {
        name: full.get(f"member-profile/{hex_id('users', key)}")
        for key, name in ((303, "39 hours"), (304, "four days"), (305, "default"), (306, "changed"))
    }
    assert told["39 hours"]["workCapacity"] == "PT7H48M"
    assert told["default"]["workCapacity"] == "PT7H54M"
    assert told["changed"]["workCapacity"] == "PT4H"
    assert told["four days"]["workCapacity"] == "PT8H"
    assert told["four days"]["workingDays"] == ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY"]


def test_who_left_is_active_but_for_the_workspace(full: Client) -> None:
    """An account stays active; only the membership tells that somebody left."""
    rows = full.get("users", memberships="WORKSPACE", status="INACTIVE")
    left = {user["id"] for user in full.app.world.rows("users") if not user["active"]}

    assert {number_of(row["id"]) for row in rows} == left
    assert {row["status"] for row in rows} == {"ACTIVE"}
    assert {m["membershipStatus"] for row in rows for m in row["memberships"]} == {"INACTIVE"}
    assert {len(row["memberships"]) for row in full.get("users")} == {0}
    groups = full.get("user-groups", includeTeamManagers="true")
    teams = {team["id"]: team["user_ids"] for team in full.app.world.rows("teams")}
    assert teams == {number_of(g["id"]): list(map(number_of, g["userIds"])) for g in groups}
    assert all(group["teamManagers"] for group in groups)


def test_projects_tell_budgets_and_tasks(full: Client) -> None:
    """Money is in cents, hours are durations, a quarter is no interval; services are tasks."""
    rows = {number_of(row["id"]): row for row in full.get("projects", hydrated="true")}
    world = full.app.world
    for project in (p for p in world.rows("projects") if not p["test_data"]):
        row, budget = rows[project["id"]], project["budget"] or {}
        assert row["archived"] is not project["active"]
        assert (row["budgetEstimate"] is not None) is bool(budget.get("monetary"))
        assert row["timeEstimate"]["active"] is (budget.get("monetary") is False)
        used = {e.services_id for e in world.entries if e.projects_id == project["id"]}
        names = {world.tables["services"][key]["name"] for key in used if key}
        assert {task["name"] for task in row["tasks"]} >= names
        assert "clientName" not in row
        assert number_of(row["client"]["id"]) == project["customers_id"]
        words: dict[int | None, str] = {0: "WEEKLY", 1: "MONTHLY", 3: "YEARLY"}
        told = row["budgetEstimate"] or row["timeEstimate"]
        assert told["resetOption"] == words.get(budget.get("interval"))
    assert {row["hourlyRate"]["amount"] for row in rows.values()} >= {0, 3334}
    plain = full.get("projects", page_size=1)[0]
    assert plain["clientName"]
    assert "tasks" not in plain


def test_what_was_given_up_is_archived_or_done(full: Client) -> None:
    """Without a filter both are told; a service that is inactive is a task that is done."""
    world = full.app.world
    service = next(e.services_id for e in world.entries if e.projects_id == 4301 and e.services_id)
    path = f"projects/{hex_id('projects', 4301)}/tasks"
    world.edit("services", service, active=False)
    states = {row["status"] for row in full.get(path)}
    active = full.get(path, is_active="true")
    hydrated = full.get(f"projects/{hex_id('projects', 4301)}", hydrated="true")["tasks"]
    full.app.switches = Switches(hydrated_tasks="active")
    fewer = full.get(f"projects/{hex_id('projects', 4301)}", hydrated="true")["tasks"]
    full.app.switches = Switches()
    world.edit("services", service, active=True)

    assert states == {"ACTIVE", "DONE"}
    assert {row["status"] for row in active} == {"ACTIVE"}
    assert len(fewer) == len(active) == len(hydrated) - 1
    kept, gone = (full.get("clients", archived=flag) for flag in ("false", "true"))
    assert gone
    assert len(kept) + len(gone) == len(full.get("clients"))


def test_holidays_recur_or_are_told_each_year(full: Client) -> None:
    """A fixed date is one row for ever, a movable one a row a year; people are named."""
    rows = full.get("holidays")
    annual = {row["name"] for row in rows if row["occursAnnually"]}
    mondays = [row["datePeriod"]["startDate"] for row in rows if row["name"] == "Easter Monday"]
    expected = [easter(year) + timedelta(days=1) for year in range(2024, 2028)] * 2
    bavarian = next(row for row in rows if row["name"] == "Epiphany")

    assert {"New Year's Day", "Epiphany"} <= annual
    assert "Easter Monday" not in annual
    assert sorted(mondays) == sorted(day.isoformat() for day in expected)
    assert not {"Christmas Eve", "Founders' afternoon"} & {row["name"] for row in rows}
    assert hex_id("users", 301) in bavarian["userIds"]
    assert hex_id("users", 308) not in bavarian["userIds"]


def test_absences_are_requests_in_the_persons_own_days(full: Client) -> None:
    """Periods are the bounds of local days in UTC; kinds are in names, states in words."""
    world, told = full.app.world, []
    for page in range(1, 9):
        told += full.post("time-off/requests", **{**ALL, "page": page}).json()["requests"]
    rows = {row["id"]: row for row in told}
    for absence in world.rows("absences"):
        row = rows[hex_id("requests", absence["id"])]
        zone = ZoneInfo(row["userTimeZone"])
        period = row["timeOffPeriod"]["period"]
        ends = [datetime.fromisoformat(period[k]).astimezone(zone) for k in ("start", "end")]
        assert [f"{end:%F %T}" for end in ends] == [
            f"{absence['date_since']} 00:00:00",
            f"{absence['date_until']} 23:59:59",
        ]
        assert row["timeOffPeriod"]["halfDay"] is (absence["count_days"] == 0.5)
    assert {row["userTimeZone"] for row in told} == {"Europe/Berlin", "Europe/Lisbon"}
    states = {row["status"]["statusType"] for row in told}
    assert states == {"PENDING", "APPROVED", "REJECTED", "WITHDRAWN"}
    assert {"Vacation", "Sick leave", "Home office", "Unpaid special leave"} <= {
        row["policyName"] for row in told
    }
    assert {r["policyName"] for r in told if r["timeUnit"] == "HOURS"} == {"Overtime taken"}
    pending = full.post("time-off/requests", statuses=["PENDING"]).json()
    assert pending["count"] == len(pending["requests"]) < len(told)
    policies = {row["id"]: row["name"] for row in full.get("time-off/policies", status="ALL")}
    assert all(policies[row["policyId"]] == row["policyName"] for row in told)


def test_half_holidays_are_half_days_off(full: Client) -> None:
    """Half a holiday becomes half a day off for each person who would work that day, once."""
    eve, world = date(2026, 12, 24), full.app.world
    for rule in [row for row in world.rows("nonbusiness_days") if row["half_day"]]:
        world.insert("nonbusiness_days", **{k: v for k, v in rule.items() if k != "id"})
    rows = full.post("time-off/requests", **{**ALL, "pageSize": 200}).json()
    pages = range(2, rows["count"] // 200 + 2)
    found = rows["requests"] + [
        row
        for page in pages
        for row in full.post("time-off/requests", **{**ALL, "page": page}).json()["requests"]
    ]
    listed = [row["id"] for row in found if row["policyName"] == "Company half day"]
    halves = {*listed}
    due = {
        hex_id("half_days", dated(user["id"], eve))
        for user in world.rows("users")
        if Availability(world, user["id"]).gross(eve)
    }

    assert due
    assert due == {key for key in halves if number_of(key) % 100_000_000 == 20261224}
    assert len(listed) == len(halves)


def test_what_clockify_makes_itself_is_no_work(full: Client) -> None:
    """Two people have breaks, holidays and time off among their entries; nobody pays for it."""
    rows = [row for row in full.entries() if row["type"] != "REGULAR"]

    assert {row["type"] for row in rows} == {"BREAK", "HOLIDAY", "TIME_OFF"}
    assert {number_of(row["userId"]) for row in rows} == {302, 303}
    assert {(row["billable"], row["hourlyRate"]) for row in rows} == {(False, None)}
    row = rows[0]
    assert full.get(f"time-entries/{row['id']}") == row
    assert row["id"] in {r["_id"] for r in full.report()[1]}


def test_money_beside_the_hours(full: Client) -> None:
    """Lump sums are expenses; an invoice is the sum of the entries it names."""
    world = full.app.world
    expenses = full.get("expenses", page_size=5000)["expenses"]
    lump = next(e for e in world.entries if e.type == 2)
    row = next(r for r in expenses["expenses"] if r["id"] == hex_id("expenses", lump.id))
    invoices = full.get("invoices", page_size=1)
    invoice = full.get(f"invoices/{invoices['invoices'][0]['id']}")
    (item,) = invoice["items"]
    amounts = {r["_id"]: r["amount"] for r in full.report(invoicingState="INVOICED")[1]}

    assert row["total"] == lump.lumpsum * 100
    assert expenses["count"] == sum(e.type != 1 and not e.test_data for e in world.entries)
    assert invoice["amount"] == pytest.approx(sum(amounts[k] for k in item["timeEntryIds"]), abs=1)
    assert invoices["total"] > 1


def test_each_reading_has_its_switch(full: Client) -> None:
    """What the documentation leaves open can be told either way."""

    def row(**switches: object) -> dict[str, object]:
        full.app.switches = Switches(**switches)  # type: ignore[arg-type]  # one of its fields
        part = {"detailedFilter": {"pageSize": 1}, "invoicingState": "UNINVOICED"}
        answer = full.post("reports/detailed", **EVER, **part).json()
        return dict((answer.get("timeentries") or answer["timeEntries"])[0])

    assert "tagIds" in row()
    assert "tags" in row(report_tags="tags", report_rows="timeEntries")
    assert "locked" in row(report_locks="locked")
    assert "invoicingInfo" not in row()
    assert row(not_invoiced="list")["invoicingInfo"] == []
    full.app.switches = Switches(request_status="bare", request_balance="negative", feed="refused")
    request = full.post("time-off/requests", statuses=["APPROVED"]).json()["requests"][0]
    assert request["status"] == "APPROVED"
    assert request["balanceDiff"] < 0
    assert full.ask("entities/created", type="TIME_ENTRY").status_code == 403
    full.app.switches = Switches()


def test_a_holiday_lists_each_person_once() -> None:
    """Also who is in its calendar by two spans that overlap."""
    world = World(seed=1, years=0.05)
    span = world.rows("users_nonbusiness_groups")[0]
    world.insert("users_nonbusiness_groups", **{k: v for k, v in span.items() if k != "id"})
    app = ClockifyApp(world)
    with serve(app) as url:
        days = Client(app, url).get("holidays")

    assert any(hex_id("users", span["users_id"]) in day["userIds"] for day in days)
    assert all(len({*day["userIds"]}) == len(day["userIds"]) for day in days)
