"""What the company sells: customers, projects with every kind of budget, services, rates."""

from datetime import timedelta
from typing import NamedTuple

from simulator.instants import epoch_of, iso
from simulator.names import (
    CUSTOMERS,
    INTERNAL,
    LUMP_SUM_SERVICES,
    PROJECTS,
    SAMPLE,
    SERVICES,
    SUBPROJECTS,
)
from simulator.people import along
from simulator.store import Ledger, Row


class Kind(NamedTuple):
    """A kind of project; `share` is the budget as a share of the worth of the work."""

    hard: bool = False
    monetary: bool = True
    interval: int | None = None
    share: float = 0.0
    completed: bool = False
    active: bool = True
    from_subprojects: bool = False
    billable: bool = True


NO_BUDGET = Kind()
# As many as there are names for projects; the order decides who gets which.
KINDS = (
    *(NO_BUDGET,) * 7,
    *(Kind(share=share) for share in (1.6, 1.1, 0.9, 2.5, 1.0)),
    *(Kind(hard=True, share=share) for share in (2.0, 1.2, 0.85)),
    *(Kind(hard=True, completed=True, share=share) for share in (1.25, 0.8, 0.5, 0.25)),
    *(Kind(monetary=False, share=share) for share in (1.4, 0.95)),
    Kind(monetary=False, hard=True, share=1.3),
    *(Kind(interval=n, share=(0.011, 0.045, 0.13, 0.52)[n]) for n in range(4)),
    *(Kind(from_subprojects=True, share=share) for share in (1.5, 1.05)),
    Kind(completed=True),
    Kind(completed=True, active=False),
    Kind(active=False),
    Kind(billable=False),
    Kind(share=1.3, monetary=False, interval=1),
)
THRESHOLDS = [80, 100, 150]


def fill(ledger: Ledger) -> dict[int, Kind]:
    """Create it all; returns what kind each project is meant to become."""
    for n, (name, color) in enumerate(zip((*CUSTOMERS, INTERNAL, SAMPLE), range(16), strict=True)):
        ledger.add(
            "customers",
            name=name,
            number=f"C{1000 + n}" if n % 4 else None,
            color=color % 9 + 1,
            active=n != len(CUSTOMERS) - 1,
            billable_default=name != INTERNAL,
            note="Prefers letters" if n % 5 == 0 else None,
            bill_service_id=None,
            test_data=name == SAMPLE,
            service_assignments=[],
        )
    kinds = fill_projects(ledger)
    for name in SERVICES:
        plain = {"number": None, "active": name != SERVICES[-1], "note": None}
        ledger.add("services", name=name, **plain, bill_service_id=None)
    for name, price, unit in LUMP_SUM_SERVICES:
        row = {"name": name, "number": None, "active": True, "note": None}
        ledger.add("lump_sum_services", **row, price=price, unit=unit)
    fill_rates(ledger)
    return kinds


def fill_projects(ledger: Ledger) -> dict[int, Kind]:
    """Spread the kinds of project over the customers, then add the company's own."""
    customers = [row["id"] for row in ledger.rows("customers")]
    kinds = {}
    for n, (name, kind) in enumerate(zip(PROJECTS, KINDS, strict=True)):
        project = project_row(ledger, customers[n % len(CUSTOMERS)], name, kind)
        kinds[ledger.add("projects", **project, number=f"P{n:03}" if n % 3 else None)] = kind
    own, sample = customers[-2:]
    for name in ("Tidying up", "Selling", "Learning"):
        row = project_row(ledger, own, name, Kind(billable=False))
        kinds[ledger.add("projects", **row, number=None)] = Kind(billable=False)
    row = project_row(ledger, sample, "Sample project", NO_BUDGET)
    kinds[ledger.add("projects", **{**row, "test_data": True}, number=None)] = NO_BUDGET
    for project_id, kind in kinds.items():
        fill_subprojects(ledger, project_id, kind)
    return kinds


def project_row(ledger: Ledger, customers_id: int, name: str, kind: Kind) -> Row:
    """Every key of a project but its number; amounts follow once the work is known."""
    ends = along(ledger, 0.62)
    # Only these ended; their deadline tells when work on them stopped.
    over = kind.completed or not kind.active
    budget = {
        "monetary": kind.monetary,
        "hard": kind.hard,
        "from_subprojects": kind.from_subprojects,
        "interval": kind.interval,
        "amount": None,
        "subprojects_budget_total": 0,
        "notification_thresholds": THRESHOLDS if kind.share else [],
    }
    return {
        "customers_id": customers_id,
        "name": name,
        "active": kind.active,
        "billable_default": kind.billable,
        "note": None,
        "billed_money": None,
        "billed_completely": None,
        "completed": kind.completed,
        "completed_at": iso(epoch_of(f"{ends}T17:00:00+00:00")) if kind.completed else None,
        # None while a fixed price is open; set when the work is known.
        "revenue_factor": None if kind.hard else 1,
        "start_date": ledger.since.isoformat() if kind.share else None,
        "deadline": (ends + timedelta(days=30)).isoformat() if over else None,
        "automatic_completion": False,
        "test_data": False,
        "count_subprojects": 0,
        "budget": budget if kind.share else None,
        "bill_service_id": None,
        "service_assignments": [],
    }


def fill_subprojects(ledger: Ledger, project_id: int, kind: Kind) -> None:
    """Divide the projects whose budget is the sum of their parts, and one more."""
    project = ledger.tables["projects"][project_id]
    if not kind.from_subprojects and project["name"] != "Kite configurator":
        return
    for name in SUBPROJECTS:
        budget = {"monetary": kind.monetary, "hard": kind.hard, "amount": None}
        ledger.add(
            "subprojects",
            projects_id=project_id,
            name=name,
            number=None,
            note=None,
            budget={**budget, "notification_thresholds": []} if kind.share else None,
            billed=None,
            billed_money=None,
            billed_completely=None,
            billable_default=True,
            completed=False,
            completed_at=None,
            revenue_factor=project["revenue_factor"],
            start_date=None,
            deadline=None,
            active=True,
            automatic_completion=False,
            service_assignments=[],
            bill_service_id=None,
        )
    project["count_subprojects"] = len(SUBPROJECTS)


def fill_rates(ledger: Ledger) -> None:
    """Build the tree of hourly rates; the company's default has no id."""
    customers = [row["id"] for row in ledger.rows("customers")]
    projects = ledger.rows("projects")
    services = [row["id"] for row in ledger.rows("services")]
    # Nothing named: it fits where no other does.
    add_rate(ledger, None, None, 95.0)
    for n, rate in enumerate((140.0, 110.0, 120.0, 85.0, 90.0, 70.0)):
        add_rate(ledger, 9001 + n, None, rate, {"service_ids": [services[n]]})
    for n, rate in enumerate((115.0, 105.0, 98.5)):
        add_rate(ledger, 9011 + n, None, rate, {"customer_ids": [customers[n * 3]]})
    for n, rate in enumerate((160.0, 33.335, 102.75, 127.5)):
        chosen = projects[n * 4 + 1]
        of = {"customer_ids": [chosen["customers_id"]], "project_ids": [chosen["id"]]}
        add_rate(ledger, 9021 + n, None, rate, of)
    # Two with a parent, so that the list is a tree.
    add_rate(ledger, 9031, 9001, 155.0, {"service_ids": services[:1], "user_ids": [302, 308]})
    add_rate(ledger, 9032, 9011, 125.0, {"customer_ids": customers[:1], "user_ids": [304]})
    add_rate(ledger, 9041, None, 80.0, {"customer_ids": customers[-1:]})["test_data"] = True


def add_rate(
    ledger: Ledger,
    rate_id: int | None,
    parent: int | None,
    rate: float,
    of: dict[str, list[int]] | None = None,
) -> Row:
    """Store one rate; the lists not named are empty, which means any."""
    lists: dict[str, list[int]] = {
        f"{kind}_ids": [] for kind in ("customer", "project", "service", "user")
    }
    key = ledger.add(
        "rates",
        id=rate_id,
        parent_rate_id=parent,
        **(lists | (of or {})),
        hourly_rate=rate,
        test_data=False,
        position=len(ledger.tables["rates"]) + 1,
    )
    return ledger.tables["rates"][key]
