"""What was known when: months as they were told on a day, what has changed since, and why."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

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
MEASURES = ("hours", "billable_hours", "revenue")
Months = dict[tuple[Any, ...], tuple[Decimal, ...]]


def totals(company: Account) -> Months:
    """Return what the marts say now of each month, person and customer."""
    _, rows = company.query(TOTALS)
    return {row[:4]: tuple(value or Decimal(0) for value in row[4:]) for row in rows}


def known(company: Account, moment: object) -> Months:
    """Return what the report says was known at a moment, checking that it adds up."""
    rows = company.rows(
        f"select * from marts.rpt_restated_months where known_from <= timestamptz '{moment}'"
        f" and (known_until is null or known_until > timestamptz '{moment}')"
    )
    for row in rows:
        for name in MEASURES:
            assert row[f"{name}_known"] + row[f"{name}_changed"] == row[f"{name}_now"]
    keys = ("month_starts_on", "user_id", "customer_id", "currency")
    return {
        tuple(row[key] for key in keys): tuple(row[f"{name}_known"] for name in MEASURES)
        for row in rows
    }


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

    company.sync(full=True, models=True)

    after = totals(company)
    assert known(company, first) == before
    assert known(company, company.world.now) == after
    assert before != after
    changed = company.rows(
        "select month_starts_on, user_id, sum(hours_change) as hours,"
        " sum(revenue_change) as revenue from marts.fct_entry_changes group by all"
    )
    for measure, place in (("hours", 0), ("revenue", 2)):
        listed = {(r["month_starts_on"], r["user_id"]): r[measure] for r in changed}
        for (month_starts_on, user), change in _by_month(before, after, place).items():
            assert abs(listed.get((month_starts_on, user), 0) - change) < Decimal("0.01")
    _utilization_is_restated(company, str(first))


def _by_month(before: Months, after: Months, place: int) -> dict[tuple[Any, Any], Decimal]:
    """Return by how much each month of each person has changed."""
    found: dict[tuple[Any, Any], Decimal] = {}
    for key in {*before, *after}:
        one, other = (side.get(key, (Decimal(0),) * 3)[place] for side in (before, after))
        found[key[:2]] = found.get(key[:2], Decimal(0)) + other - one
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
