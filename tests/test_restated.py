"""What was known when: months as they were told on a day, what has changed since, and why."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator.store import Entry
from tests.conftest import Account
from tests.test_reconcile import old
from tests.trackers import Tracker

MakeAccount = Callable[..., Account]
TOTALS = """
select
    cast(date_trunc('month', started_on) as date) as month_starts_on, user_id,
    coalesce(customer_id, '') as customer_id, currency,
    sum(hours) as hours, sum(billable_hours) as billable_hours, sum(revenue) as revenue
from marts.fct_time_entries where not is_running group by all
"""
METRICS = (Path(__file__).parents[1] / "docs/metrics.md").read_text("utf-8")
MEASURES = ("hours", "billable_hours", "revenue")
Months = dict[tuple[Any, ...], tuple[Decimal, ...]]


def totals(company: Account) -> Months:
    """Return what the marts say now of each month, person and customer."""
    _, rows = company.query(TOTALS)
    found = {row[:4]: tuple(value or Decimal(0) for value in row[4:]) for row in rows}
    return {key: values for key, values in found.items() if any(values)}


def known(company: Account, moment: object) -> Months:
    """Return what the report says was known at a moment; with what has changed since, it is now."""
    rows = company.rows(
        f"select * from marts.rpt_restated_months where known_from <= timestamptz '{moment}'"
        f" and (known_until is null or known_until > timestamptz '{moment}')"
    )
    for row in rows:
        for name in MEASURES:
            assert row[f"{name}_known"] + row[f"{name}_changed"] == row[f"{name}_now"]
    assert _told(rows, "now") == totals(company)
    return _told(rows, "known")


def _told(rows: list[dict[str, Any]], when: str) -> Months:
    """Return of each month, person and customer what there was of them, if anything."""
    keys = ("month_starts_on", "user_id", "customer_id", "currency")
    told = {
        tuple(row[key] for key in keys): tuple(row[f"{name}_{when}"] for name in MEASURES)
        for row in rows
    }
    return {key: values for key, values in told.items() if any(values)}


@pytest.mark.long
@pytest.mark.timeout(400)  # three builds of the models
def test_what_was_known_then_changes_since_and_now_add_up(
    account: MakeAccount, tracker: Tracker
) -> None:
    """To the cent, at each moment; the entries behind it are listed, and so is capacity."""
    company = account(tracker, years=0.3, loaded=True)
    company.sync(models=True)
    first, before = company.world.now, totals(company)
    entries = old(company, 20)
    moved, edited, deleted = entries[3], entries[40], entries[80]
    company.world.advance(timedelta(hours=15))
    company.world.edit_entry(edited.id, duration=(edited.duration or 0) + 5_400)
    company.world.move_entry(moved.id, company.world.now - timedelta(days=35))
    company.world.delete_entry(deleted.id)
    day = company.world.now.date() - timedelta(days=40)
    company.world.change_target(edited.users_id, day, monday=1.0, tuesday=1.0, wednesday=1.0)

    for customer, project in _of_others(company, entries[90]):
        company.world.edit_entry(entries[90].id, customers_id=customer, projects_id=project)

    company.sync(full=True, models=True)

    after = totals(company)
    assert {*after} - {*before}
    assert known(company, first) == before
    assert known(company, company.world.now) == after
    assert before != after
    changed = company.rows(
        "select month_starts_on, user_id, customer_id, sum(hours_change) as hours,"
        " sum(revenue_change) as revenue from marts.fct_entry_changes group by all"
    )
    for measure, place in (("hours", 0), ("revenue", 2)):
        listed = {
            (r["month_starts_on"], r["user_id"], r["customer_id"]): r[measure] for r in changed
        }
        for key, change in _by_month(before, after, place).items():
            assert abs(listed.get(key, 0) - change) < Decimal("0.01")
    _utilization_is_restated(company, str(first))
    _its_reason_is_listed(company, edited)


def _of_others(company: Account, entry: Entry) -> list[tuple[int, int]]:
    """Return a customer, with a project, whom somebody did not work for around an entry."""
    near = 40 * 86_400
    worked = {
        other.customers_id
        for other in company.world.entries
        if other.users_id == entry.users_id and abs(other.time_since - entry.time_since) < near
    }
    found = ((row["customers_id"], row["id"]) for row in company.world.rows("projects"))
    return [pair for pair in found if pair[0] not in worked][:1]


def _by_month(before: Months, after: Months, place: int) -> dict[tuple[Any, ...], Decimal]:
    """Return by how much each month of each person and customer has changed."""
    found: dict[tuple[Any, ...], Decimal] = {}
    for key in {*before, *after}:
        one, other = (side.get(key, (Decimal(0),) * 3)[place] for side in (before, after))
        found[key[:3]] = found.get(key[:3], Decimal(0)) + other - one
    return {key: change for key, change in found.items() if change}


def _utilization_is_restated(company: Account, first: str) -> None:
    """Tell each person's utilization as it was known, and what of capacity differs."""
    told = company.rows(
        f"select * from marts.rpt_restated_utilization where known_from <= timestamptz '{first}'"
        f" and known_until > timestamptz '{first}'"
    )
    assert told
    for measure in ("billable_hours", "net_capacity_hours"):
        assert any(row[f"{measure}_known"] != row[f"{measure}_now"] for row in told), measure


def _its_reason_is_listed(company: Account, edited: Entry) -> None:
    """Name the row of the list whose change restated capacity, with what it said and says."""
    name = company.world.tables["users"][edited.users_id]["name"]
    lists = {"clockodo": "target_hours", "clockify": "member_profiles"}
    changes = company.rows(
        f"select * from marts.fct_list_changes where user_name = '{name}'"
        f" and list_name = '{lists[company.tracker.name]}'"
    )
    assert {row["seen_at"] for row in changes} == {company.world.now}
    assert any(row["before"] != row["after"] for row in changes)
    queries = re.findall(r"```sql\n(.*?)```", METRICS, flags=re.DOTALL)
    (query,) = (query for query in queries if "fct_list_changes" in query)
    assert len(company.rows(query)) >= len(changes)
