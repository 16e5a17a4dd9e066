"""What follows from the work: billing, budgets, recorded work times."""

from datetime import date, timedelta

from simulator.instants import epoch_of, iso, local_day
from simulator.money import consumption, factor_at_completion, is_hard
from simulator.offers import Kind
from simulator.store import TIME, Entry, Ledger, Row

# The vendor has no work times from before that day.
WORK_TIMES_SINCE = date(2023, 8, 21)
# Shorter pauses are a click on the clock, not a break.
GAP = 300


def close(ledger: Ledger, kinds: dict[int, Kind]) -> None:
    """Bill old months, fix the amounts of budgets, record work times."""
    bill(ledger)
    by_project: dict[int, list[Entry]] = {}
    for entry in ledger.entries:
        if entry.projects_id is not None:
            by_project.setdefault(entry.projects_id, []).append(entry)
    for project_id, kind in kinds.items():
        if kind.share:
            settle(ledger, ledger.tables["projects"][project_id], kind, by_project[project_id])
    record_work_times(ledger)


def bill(ledger: Ledger) -> None:
    """Mark billable entries of the months before last as billed, on the 5th of a later month."""
    this_month = ledger.now.date().replace(day=1)
    limit = (this_month - timedelta(days=1)).replace(day=1).isoformat()
    for entry in ledger.entries:
        project = ledger.tables["projects"].get(entry.projects_id or 0)
        # A fixed price is billed on the project, not entry by entry.
        if entry.test_data or (project and is_hard(project)):
            continue
        month = local_day(ledger.timezone, entry.time_since).replace(day=1)
        if entry.billable and month.isoformat() < limit:
            entry.billable = 2
            billed_on = (month + timedelta(days=62)).replace(day=5)
            entry.time_last_change = epoch_of(f"{billed_on}T08:00:00+00:00")


def settle(ledger: Ledger, project: Row, kind: Kind, entries: list[Entry]) -> None:
    """Choose a budget so that the work uses the intended share of it."""
    amount = round(kind.share * consumption(entries, monetary=kind.monetary), 2)
    budget = project["budget"]
    if kind.from_subprojects:
        parts = [s for s in ledger.rows("subprojects") if s["projects_id"] == project["id"]]
        for part in parts:
            part["budget"]["amount"] = round(amount / len(parts), 2)
        total = sum(part["budget"]["amount"] for part in parts)
        budget["subprojects_budget_total"] = round(total, 2)
    else:
        budget["amount"] = amount
    if kind.hard and kind.completed:
        # Fixed at completion: later edits of entries do not move it.
        project["revenue_factor"] = factor_at_completion(ledger, project)
        project["billed_completely"] = kind.share < 1
        project["billed_money"] = budget["amount"] if kind.share < 1 else 0.0
    elif kind.hard:
        project["billed_money"], project["billed_completely"] = round(amount / 4, 2), False


def record_work_times(ledger: Ledger) -> None:
    """Take the days at work from the entries; who is exempt from flextime records none."""
    first = max(WORK_TIMES_SINCE, ledger.since).isoformat()
    zones = {
        user["id"]: user["timezone"]
        for user in ledger.rows("users")
        if not user["exempt_from_flextime"]
    }
    blocks: dict[tuple[int, str], list[list[int | None]]] = {}
    for entry in ledger.entries:
        if entry.type != TIME or entry.users_id not in zones or entry.test_data:
            continue
        day = local_day(zones[entry.users_id], entry.time_since).isoformat()
        if first <= day <= ledger.now.date().isoformat():
            join_block(blocks.setdefault((entry.users_id, day), []), entry)
    for (users_id, day), spans in sorted(blocks.items()):
        ledger.add(
            "work_times",
            date=day,
            users_id=users_id,
            offset=0,
            intervals=[
                {"time_since": iso(since or 0), "time_until": None if until is None else iso(until)}
                for since, until in spans
            ],
        )


def join_block(spans: list[list[int | None]], entry: Entry) -> None:
    """Add an entry to the day: it prolongs the last interval unless there was a pause."""
    last = spans[-1][1] if spans else 0
    if last is not None and entry.time_since > last + GAP:
        spans.append([entry.time_since, entry.time_until])
    elif last is not None:
        spans[-1][1] = None if entry.time_until is None else max(last, entry.time_until)
