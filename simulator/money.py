"""Rates, the worth of work, and what becomes of a fixed price."""

from collections.abc import Iterable

from simulator.store import LUMP_SUM, TIME, Entry, Ledger, Row

# The lists of a rate and the key of an entry that each is about.
RATE_KEYS = {
    "customer_ids": "customers_id",
    "project_ids": "projects_id",
    "service_ids": "services_id",
    "user_ids": "users_id",
}


def rate_for(ledger: Ledger, entry: Entry) -> float:
    """Find the list rate: of all rates that fit, the one that names most, then the last.

    How the vendor breaks ties is not documented.
    """
    key = (entry.customers_id, entry.projects_id, entry.services_id, entry.users_id)
    # Four keys decide; the company has far fewer combinations than entries.
    if key not in ledger.rate_cache:
        fitting = [rate for rate in ledger.rows("rates") if fits(rate, entry)]
        best = max(
            fitting, key=lambda rate: (sum(bool(rate[k]) for k in RATE_KEYS), rate["position"])
        )
        ledger.rate_cache[key] = best["hourly_rate"]
    return ledger.rate_cache[key]


def fits(rate: Row, entry: Entry) -> bool:
    """Whether every list of the rate is empty or names the entry's own."""
    return all(not rate[k] or getattr(entry, own) in rate[k] for k, own in RATE_KEYS.items())


def is_hard(project: Row) -> bool:
    """Whether a project is sold at a fixed price (or for a fixed number of hours)."""
    return bool(project["budget"] and project["budget"]["hard"])


def factor_of(ledger: Ledger, entry: Entry) -> float | None:
    """Share of the list rate that counts; None on an open fixed price."""
    if entry.projects_id is None:
        return 1.0
    factor = ledger.tables["projects"][entry.projects_id]["revenue_factor"]
    return None if factor is None else float(factor)


def standard_value(entry: Entry) -> float:
    """Worth before any factor, whether billable or not; 0 while the clock is running."""
    if entry.type == TIME:
        return entry.hourly_rate * (entry.duration or 0) / 3600
    if entry.type == LUMP_SUM:
        return entry.lumpsum
    return entry.lumpsum_services_amount * entry.lumpsum_services_price


def revenue_of(ledger: Ledger, entry: Entry, *, hard_too: bool = False) -> float:
    """Revenue as the API states it, rounded only against the noise of floating point.

    `hard_too` is `calc_also_revenues_for_projects_with_hard_budget`: the list rate while open.
    A running entry has no duration yet and is stated as 0; the vendor does not say.
    """
    if not entry.billable:
        return 0.0
    value = standard_value(entry)
    if entry.type == TIME:
        factor = factor_of(ledger, entry)
        value *= float(hard_too) if factor is None else factor
    return round(value, 6)


def consumption(entries: Iterable[Entry], *, monetary: bool) -> float:
    """How much of a budget is used: money, or hours, of the billable entries."""
    billable = [entry for entry in entries if entry.billable]
    if monetary:
        return sum(standard_value(entry) for entry in billable)
    return sum(entry.duration or 0 for entry in billable) / 3600


def factor_at_completion(ledger: Ledger, project: Row) -> float:
    """Budget divided by consumption: 0.25 at 400 % use, above 1 when less was needed.

    The fixed price is earned in either case, so an under-used one raises the share.
    """
    budget = project["budget"]
    amount = budget["subprojects_budget_total"] if budget["from_subprojects"] else budget["amount"]
    own = (entry for entry in ledger.entries if entry.projects_id == project["id"])
    used = consumption(own, monetary=budget["monetary"])
    return round((amount or 0.0) / used, 6) if used else 1.0
