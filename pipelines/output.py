"""How each verb's result is shown, and with which code it ends."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api_extract.checkup import Check
from api_extract.report import Report
from api_extract.source import CLOCKS_DIFFER
from pipelines.built import NEXT
from pipelines.exits import Exit
from pipelines.models import Built
from pipelines.place import Place
from pipelines.reconcile import Reconciliation
from pipelines.reconcile import summary as reconciled
from pipelines.show import Show
from pipelines.status import Status
from pipelines.sync import Outcome, summary
from pipelines.systems import System

if TYPE_CHECKING:  # other verbs are spared what these need
    from pipelines.demo import Demo
    from pipelines.forget import Forgotten
    from pipelines.publish import Published


def show_begun(show: Show, place: Place, as_of: datetime) -> None:
    """Show what is going to be read, and as of when: a log tells by it when that was."""
    show.text(f"{place.label}, as of {as_of:%Y-%m-%d %H:%M} UTC")


def show_sync(show: Show, outcome: Outcome, place: Place) -> None:
    """Show what a sync read and changed, table by table, and where it is."""
    show.data(summary(outcome))
    _sync_text(show, outcome)
    where = place.warehouse if place.destination == "duckdb" else place.destination
    if not outcome.report.later:
        show.text(f"All of it is in {where}. Next: {place.asking}, or `timehouse report`.")


def _sync_text(show: Show, outcome: Outcome) -> None:
    facts = summary(outcome)
    if outcome.finished_pending:
        show.text("Finished first what an earlier run had left pending.")
    heads = ("table", "read", "inserted", "updated", "deleted", "unchanged")
    rows = [
        (
            name,
            t["read"],
            t["inserted"],
            t["updated"],
            t["deleted"],
            f"{t['unchanged_windows']}/{t['windows']}",
        )
        for name, t in facts["tables"].items()
    ]
    show.table(heads, rows)
    show.text()
    packages = f"{outcome.packages} load package{'' if outcome.packages == 1 else 's'}"
    show.text(
        f"{facts['requests']} requests, {facts['waited_seconds']:.1f} s waited, {packages}"
        f"{'' if outcome.packages else ' (nothing changed)'}."
    )
    if outcome.swept_within:
        days = f"{outcome.swept_within} day{'' if outcome.swept_within == 1 else 's'}"
        show.text(f"Older months are read again in turn, all of them within {days}.")
    if outcome.built:
        show_models(show, outcome.built)
    for name, r in outcome.report.resources.items():
        if r.status in ("forbidden", "missing"):
            show.text(f"Not available: {name} ({r.detail})")
    for line in (*facts["notes"], *(f"Look: {t}" for t in outcome.troubles)):
        show.text(line)


def show_models(show: Show, built: Built) -> Exit:
    """Show what dbt made of it."""
    show.text(f"Models and their tests: {built.passed} passed, {len(built.failed)} failed.")
    for failure in built.failed:
        show.text(f"Look: {failure}")
    if built.failed:
        show.text(f"The marts are left as they were; what was built of new ones is in {NEXT}.")
    return Exit.LOOK if built.failed else Exit.DONE


def show_reconciled(show: Show, found: Reconciliation) -> None:
    """Show each year on both sides, then the months that differ."""
    show.data(reconciled(found))
    heads = ("year", "measure", "months", "tracker", "warehouse", "differ")
    show.table(heads, [(str(year), *rest) for year, *rest in found.years])
    for one in found.differing:
        values = f"tracker {one.tracker:,.2f}, warehouse {one.warehouse:,.2f}"
        same = round(one.tracker, 2) == round(one.warehouse, 2)
        inside = " in all, not of each person, project and state of billing" if same else ""
        show.text(f"Look: {one.month:%Y-%m} {one.measure} differ: {values}{inside}")
    show.text()
    if found.repaired:
        names = ", ".join(f"{window.since:%Y-%m}" for window in found.repaired)
        show.text(f"Read again: {names}.")
    if found.built:
        show_models(show, found.built)
    for line in filter(None, (*found.notes, found.later)):
        show.text(line)
    show.text("They differ." if found.differing else "They agree, as far as they were compared.")


def show_demo(show: Show, demo: "Demo", place: Place) -> None:
    """Show the load, the months, and whether the tracker agrees."""
    names = (
        *("month", "worked_hours", "billable_hours", "net_capacity_hours"),
        *("net_capacity_utilization_percent", "earned", "provisional", "unbilled", "currency"),
    )
    show.data(
        {
            "as_of": demo.as_of,
            "sync": summary(demo.outcome),
            "months": [dict(zip(names, month, strict=True)) for month in demo.months],
            "warehouse": demo.warehouse,
            "tracker": demo.tracker,
            "agrees": demo.agrees,
        }
    )
    _sync_text(show, demo.outcome)
    show.text()
    show.text(f"As of {demo.as_of:%Y-%m-%d %H:%M} UTC by the simulated company's clock.")
    heads = ("month", "worked", "billable", "net capacity", "billable %", *names[5:])
    show.table(heads, [(f"{month:%Y-%m}", *rest) for month, *rest in demo.months])
    show.text()
    totals = [*demo.parts, ("the tracker's own totals", *demo.tracker)]
    show.table(("total", "hours", "revenue"), totals)
    show.text("They agree." if demo.agrees else "Look: they differ.")
    file = place.warehouse
    show.text(
        f"All of it is in {file}. Next: `make report WAREHOUSE={file}`, then your own account."
    )


def show_forgotten(show: Show, user: str, found: "Forgotten") -> None:
    """Show in how many rows of each table the person was, and which copies were made anew."""
    copies, gone = ([str(each) for each in some] for some in (found.copies, found.gone))
    show.data({"rows": found.rows, "copies": copies, "gone": gone, "failed": found.failed})
    show.table(("table", "rows"), sorted(found.rows.items()))
    show.text()
    for failure in found.failed:
        show.text(f"Look: {failure}")
    if found.failed:
        show.text("The marts are left as they were, with the person's name. Mend that, run again.")
        return
    for copy in copies:
        show.text(f"Copied anew: {copy}")
    for copy in gone:
        show.text(
            f"Look: the copy in {copy} is not there any more. If it was moved, it still tells who"
            f" {user} was: delete it. This is said once."
        )
    what = "The warehouse, its history and the copies made anew"
    show.text(f"{what} no longer tell who {user} was. Hours, days and amounts stay.")


def show_check(show: Show, system: System, report: Report, checks: list[Check]) -> Exit:
    """Show who reads and what each resource answered."""
    lacking = [c.resource for c in checks if c.rows is None and not c.optional]
    show.data(
        {
            "users_id": report.owner,
            "role": report.owner_role,
            "timezone": report.timezone,
            "requests": report.requests,
            "resources": [asdict(c) for c in checks],
            "lacking": lacking,
        }
    )
    show.text(
        f"User {report.owner}, {report.owner_role or 'role unknown'}, {report.timezone}."
        f" {report.requests} requests."
    )
    if report.owner_role not in system.all_seeing:
        show.text("This is no administrator's key: lists may be shorter than they are.")
    show.table(
        ("resource", "answer", "rows", "of"), [(c.resource, c.answer, c.rows, c.of) for c in checks]
    )
    if lacking:
        show.text(f"Cannot do without: {', '.join(lacking)}. Give the key's owner the right.")
    return Exit.YOUR_MOVE if lacking else Exit.DONE


def show_status(show: Show, status: Status, now: datetime, max_age: timedelta | None) -> Exit:
    """Show freshness, rows and what needs a look."""
    stale = list(_stale(status, now, max_age))
    age = None if status.age is None else status.age.total_seconds()
    show.data(asdict(status) | {"age": age, "stale": bool(stale)})
    show.text(f"Last load as of {status.as_of:%Y-%m-%d %H:%M} UTC.")
    if status.read_at and age is not None:
        read = f"{status.read_at:%Y-%m-%d %H:%M} UTC, {age / 3600:.1f} h ago"
        show.text(f"Entries of this month read as of {read}.")
    show.text(f"Key of user {status.owner}, {status.role}; days in {status.timezone}.")
    if status.oldest_window:
        since, until, at = status.oldest_window
        show.text(f"Read longest ago: entries of {since} to {until}, on {at:%Y-%m-%d %H:%M}.")
    for year, agreed in status.agreed.items():
        told = f"on {agreed:%Y-%m-%d %H:%M}" if agreed else "never"
        show.text(f"Agreed with the tracker: {year} {told}.")
    show.text(f"Seen by right: {len(status.rights)} columns.")
    if status.lacking:
        show.text(f"Not available: {', '.join(status.lacking)}.")
    show.table(("table", "rows"), status.rows.items())
    looks = [*stale, *_looks(status)]
    for look in looks:
        show.text(f"Look: {look}")
    return Exit.LOOK if looks else Exit.DONE


def _stale(status: Status, now: datetime, max_age: timedelta | None) -> Iterator[str]:
    if status.as_of - now > CLOCKS_DIFFER:
        yield "the last load lies in the future. A clock is wrong, or was wrong then."
    fresh = max_age is None or (status.age is not None and -CLOCKS_DIFFER <= status.age <= max_age)
    if not fresh:
        yield "the entries of this month were not read within that age."


def _looks(status: Status) -> Iterator[str]:
    if status.pending:
        yield "a load was left unfinished; the next sync finishes it."
    if status.marts:
        yield f"marts: {status.marts}."
    for month in status.differing:
        yield f"{month:%Y-%m} differs from the tracker; `timehouse reconcile --repair`."
    for name, trouble in status.troubles.items():
        yield f"{name}: {trouble}"


def show_published(show: Show, published: "Published") -> None:
    """Show what was copied, and where to."""
    show.data(asdict(published))
    show.table(("table", "rows"), published.rows.items())
    show.text()
    show.text(
        f"As of {published.as_of:%Y-%m-%d %H:%M} UTC, {published.bytes / 1e6:.1f} MB, in"
        f" {published.directory}."
    )
