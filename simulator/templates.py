"""The ordinary values of a new row of master data."""

from collections.abc import Callable

from simulator.names import SERVICES, Person
from simulator.offers import NO_BUDGET, project_row
from simulator.people import user_row, weekly_row
from simulator.store import OWNER, Ledger, Row


def first(ledger: Ledger, name: str) -> int:
    """Id of the oldest row of a table."""
    return next(iter(ledger.tables[name]))


def group_of(ledger: Ledger, _: int = 0) -> dict[str, int]:
    """Give nonbusiness groups by name."""
    return {row["name"]: row["id"] for row in ledger.rows("nonbusiness_groups")}


def customer(ledger: Ledger) -> Row:
    """Describe a new customer."""
    return {**ledger.rows("customers")[0], "name": "Kupferkelch Trading", "number": None}


def project(ledger: Ledger) -> Row:
    """Describe a new project without a budget."""
    row = project_row(ledger, first(ledger, "customers"), "New project", NO_BUDGET)
    return {**row, "number": None}


def user(ledger: Ledger) -> Row:
    """Describe a new member of the first team, on the company's default hours."""
    teams = list(ledger.tables["teams"])
    return user_row(ledger, Person("Nele Neukirch", 0, "default"), teams, group_of(ledger))


def absence(ledger: Ledger) -> Row:
    """Describe a day's holiday of the first member, approved today."""
    today = ledger.now.date().isoformat()
    dates = {"date_since": today, "date_until": today, "date_enquired": today}
    state = {"status": 1, "type": 1, "count_days": 1.0, "count_hours": None, "approved_by": OWNER}
    texts = {"note": None, "public_note": None, "sick_note": None, "date_approved": today}
    return {"users_id": first(ledger, "users"), **dates, **state, **texts}


def account(ledger: Ledger) -> Row:
    """Say what all yearly accounts share."""
    return {"users_id": first(ledger, "users"), "year": ledger.now.year, "note": None}


def copied(name: str) -> Callable[[Ledger], Row]:
    """Take the oldest row of a table as the example."""
    return lambda ledger: {k: v for k, v in ledger.rows(name)[0].items() if k != "id"}


def without_id(make: Callable[[Ledger], Row]) -> Callable[[Ledger], Row]:
    """Leave the id to the table."""
    return lambda ledger: {k: v for k, v in make(ledger).items() if k != "id"}


TEMPLATES: dict[str, Callable[[Ledger], Row]] = {
    "customers": without_id(customer),
    "projects": project,
    "subprojects": copied("subprojects"),
    "services": lambda _: {
        "name": SERVICES[0],
        "number": None,
        "active": True,
        "note": None,
        "bill_service_id": None,
    },
    "lump_sum_services": copied("lump_sum_services"),
    "users": user,
    "teams": lambda _: {"name": "Kneading", "leader": None, "user_ids": []},
    "absences": absence,
    "target_hours": lambda ledger: {
        "users_id": first(ledger, "users"),
        **weekly_row((8, 8, 8, 8, 8), ledger.now.date()),
    },
    "nonbusiness_groups": lambda _: {"name": "Somewhere", "company_default": False},
    "nonbusiness_days": lambda ledger: {
        "nonbusiness_group_id": first(ledger, "nonbusiness_groups"),
        "type": "DISTINCT_RECURRING",
        "name": "Company outing",
        "half_day": False,
        "surcharge_special": False,
        "day": 9,
        "month": 9,
    },
    "users_nonbusiness_groups": copied("users_nonbusiness_groups"),
    "holidays_quota": copied("holidays_quota"),
    "holidays_carry": lambda ledger: {**account(ledger), "count": 1.0},
    "overtime_carry": lambda ledger: {**account(ledger), "hours": 1.0},
    "overtime_reductions": copied("overtime_reductions"),
    "access_groups": copied("access_groups"),
    "work_time_change_requests": copied("work_time_change_requests"),
    "rates": lambda ledger: {
        **ledger.rows("rates")[1],
        "id": 9900 + len(ledger.tables["rates"]),
        "position": len(ledger.tables["rates"]) + 1,
    },
    "work_times": lambda ledger: {
        "date": ledger.now.date().isoformat(),
        "users_id": first(ledger, "users"),
        "offset": 0,
        "intervals": [],
    },
}
