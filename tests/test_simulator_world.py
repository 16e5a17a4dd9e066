from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from simulator import reports
from simulator.holidays import easter
from simulator.instants import local_day
from simulator.money import consumption
from simulator.store import Entry
from simulator.world import World

PROMISED: tuple[Callable[[Entry], object], ...] = (
    lambda e: e.clocked and not e.clocked_offline,
    lambda e: e.clocked_offline,
    lambda e: not e.clocked and e.type == 1,
    lambda e: e.projects_id is None,
    lambda e: e.subprojects_id is not None,
    lambda e: e.text is None,
    lambda e: e.text is not None,
    lambda e: e.test_data,
    lambda e: e.offset and e.duration == (e.time_until or 0) - e.time_since + e.offset,
    lambda e: e.hourly_rate == 33.335,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=1)


def test_equal_seeds_tell_equal_stories() -> None:
    """Two worlds of a seed are equal row by row; another seed tells another story."""
    one, two, other = (World(seed=seed, years=0.1) for seed in (5, 5, 6))

    assert one.tables == two.tables
    assert list(one.entries) == list(two.entries)
    assert list(one.entries) != list(other.entries)


def test_the_world_holds_every_kind_of_entry(world: World) -> None:
    """Every promised kind of entry exists, and about as many as a company of 24 makes."""
    entries = list(world.entries)
    zones = {u["id"]: u["timezone"] for u in world.rows("users")}
    days = {e.id: local_day(zones[e.users_id], e.time_since) for e in entries}
    ends = {e.id: local_day(zones[e.users_id], e.time_until) for e in entries if e.time_until}
    per_year = Counter(day.year for day in days.values())
    over_midnight = [e for e in entries if e.id in ends and ends[e.id] > days[e.id]]

    assert 14_000 < per_year[2025] < 21_000
    assert Counter(e.type for e in entries).keys() == {1, 2, 3}
    assert {e.billable for e in entries if e.type == 1} == {0, 1, 2}
    assert {e.billable for e in entries if e.type != 1} == {1, 2}
    assert sum(e.running and e.duration is None for e in entries) == 2
    assert {date(2025, 3, 30), date(2025, 10, 26), date(2026, 3, 29), date(2026, 10, 25)} <= {
        ends[e.id] for e in over_midnight
    }
    assert max(days.values()) >= world.now.date() + timedelta(days=250)
    for promised in PROMISED:
        assert any(promised(e) for e in entries)
    assert all(e.hourly_rate == 0 or 33 < e.hourly_rate <= 160 for e in entries)
    prices = {s["id"]: s["price"] for s in world.rows("lump_sum_services")}
    kept = {
        e.lumpsum_services_price == prices[e.lumpsum_services_id or 0]
        for e in entries
        if e.type == 3
    }
    assert kept == {True, False}


def test_the_world_holds_every_kind_of_budget(world: World) -> None:
    """Every kind of budget exists, open and completed, from under-used to 400 %."""
    projects = world.rows("projects")
    budgets = [p["budget"] for p in projects if p["budget"]]
    hard = [p for p in projects if p["budget"] and p["budget"]["hard"]]

    assert {b["interval"] for b in budgets} == {None, 0, 1, 2, 3}
    assert {(b["monetary"], b["hard"]) for b in budgets} == {
        (a, b) for a in (True, False) for b in (True, False)
    }
    assert {p["revenue_factor"] for p in hard} == {None, 1.25, 0.8, 0.5, 0.25}
    assert {(p["active"], p["completed"]) for p in projects} == {
        (a, b) for a in (True, False) for b in (True, False)
    }
    summed = [b for b in budgets if b["from_subprojects"]]
    assert summed
    assert all(b["amount"] is None and b["subprojects_budget_total"] > 0 for b in summed)


def test_the_world_holds_every_kind_of_person_and_absence(world: World) -> None:
    """Teams, targets, zones, calendars, comings and goings, and absences of all sorts exist."""
    users, absences = world.rows("users"), world.rows("absences")
    targets = world.rows("target_hours")

    assert len({u["teams_id"] for u in users} - {None}) == 4
    assert any(u["teams_id"] is None for u in users)
    assert {u["timezone"] for u in users} == {"Europe/Berlin", "Europe/Lisbon"}
    assert {u["role"] for u in users} == {"owner", "worker"}
    assert {(u["active"], u["exit_date"] is None) for u in users} == {
        (True, True),
        (False, True),
        (False, False),
    }
    assert any((u["start_date"] or "") > world.since.isoformat() for u in users)
    assert any(u["exempt_from_flextime"] for u in users)
    assert {t["type"] for t in targets} == {"weekly", "monthly"}
    assert any(t["date_since"] == "2026-03-16" for t in targets)
    with_rows = {t["users_id"] for t in targets}
    assert all(u["default_target_hours"] is (u["id"] not in with_rows) for u in users)
    assert {a["type"] for a in absences} == set(range(1, 16))
    assert {a["status"] for a in absences} == set(range(5))
    assert any(a["count_days"] == 0.5 for a in absences)
    assert all((a["count_days"] is None) is (a["type"] == 3) for a in absences)
    assert {r["type"] for r in world.rows("nonbusiness_days")} == {
        "SPECIAL",
        "DISTINCT_ONCE",
        "DISTINCT_RECURRING",
    }
    moved = Counter(r["users_id"] for r in world.rows("users_nonbusiness_groups"))
    assert max(moved.values()) == 2
    assert {r["status"] for r in world.rows("work_time_change_requests")} == {1, 2}


def test_nobody_owes_a_month(world: World) -> None:
    """Balances stay within a few weeks, also of who left or was archived."""
    worked = reports.worked_in(world, 2026)
    members = [u for u in world.rows("users") if reports.employed_in(world, u, 2026)]
    balances = [reports.report(world, u["id"], 2026, 0, worked)["diff"] for u in members]

    assert len(members) >= 23
    assert max(map(abs, balances)) < 160 * 3600


def test_easter_is_right() -> None:
    """Easter Sunday falls where the almanac has it."""
    found = [easter(year) for year in (2024, 2025, 2026, 2027)]

    assert [f"{day:%m-%d}" for day in found] == ["03-31", "04-20", "04-05", "03-28"]


def test_work_keeps_off_days_and_comes_near_the_target(world: World) -> None:
    """Worked hours of a full year come near the target in the server's own report."""
    worked = reports.worked_in(world, 2025)
    members = [u for u in world.rows("users") if reports.employed_in(world, u, 2025)]
    rows = [reports.report(world, u["id"], 2025, reports.DAYS, worked) for u in members]

    shares = [r["sum_hours"] / r["sum_target"] for r in rows if r["sum_target"]]
    assert 0.9 < sum(shares) / len(shares) < 1.1
    for row in rows:
        months = row["month_details"]
        days = [d for m in months for w in m["week_details"] for d in w["day_details"]]
        assert len(days) == 365
        assert sum(m["diff"] for m in months) == pytest.approx(sum(d.get("diff", 0) for d in days))
        balance = row["overtime_carryover"] + sum(d.get("diff", 0) for d in days)
        assert row["diff"] == pytest.approx(balance - row["overtime_reduced"])


def test_factor_is_budget_by_consumption(world: World) -> None:
    """The factor of a completed fixed price times what was used gives the budget."""
    for project in world.rows("projects"):
        if project["completed"] and project["budget"]:
            own = [e for e in world.entries if e.projects_id == project["id"]]
            used = consumption(own, monetary=True)
            assert project["revenue_factor"] * used == pytest.approx(
                project["budget"]["amount"], 1e-5
            )
