"""What companies of any size ask of the tracker and of the machine: measured, then arithmetic.

A simulated company is loaded, synced with nothing changed, compared, and modelled. What of its
requests, entries and bytes grows with people, and what with time, is multiplied.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from pathlib import Path

from api_extract.windows import month_of
from benchmarks.tracker import APPLICATION
from clockodo_source import Settings
from clockodo_source.tables import BY_NAME
from simulator.clockodo import ClockodoApp
from simulator.instants import epoch_of
from simulator.server import serve
from simulator.world import World

PEOPLE = (10, 100, 1_000, 10_000, 100_000)
MOST_IN_A_COMPANY = 1_000  # beyond, they are companies of this size, each with its own key
HISTORY = 5  # years
LIMIT_A_DAY = 20_000  # requests of one user, as documented
PAGE = BY_NAME["entries"].page_size
OF_ENTRIES, OF_PEOPLE = "/v2/entries", "/v2/workTimes"
# Before the entries and after them, as what these earn hangs on them.
TWICE = ("/v4/projects", "/v3/subprojects")


@dataclass(frozen=True)
class Measured:
    """What one company took: requests by path, people, entries, years, bytes of the warehouse.

    `near`: the entries of look-back and horizon, which each sync reads again.
    """

    first: Counter[str]
    quiet: Counter[str]
    daily: Counter[str]
    compared: int
    people: int
    entries: int
    near: int
    years: float
    bytes: int


@dataclass(frozen=True)
class Scaled:
    """What so many people take; requests are those of each of their companies.

    `a_sync`: one that finds nothing changed; `daily`: the first of a day. `a_day`: hourly syncs, a
    comparison, and what is spent on older months.
    """

    people: int
    companies: int
    entries: int
    first: int
    a_sync: int
    daily: int
    a_day: int
    syncs_a_day: int
    bytes: int


def measure(years: float) -> Measured:
    """Load a simulated company, sync it with nothing changed, compare it and build its models."""
    app = ClockodoApp(World(years=years))
    with serve(app) as url, tempfile.TemporaryDirectory() as folder:
        _run(app, url, folder, "sync", "--no-models")
        first = _counted(app)
        _run(app, url, folder, "sync", "--no-models")
        quiet = _counted(app)
        app.world.advance(timedelta(days=1))
        _run(app, url, folder, "sync", "--no-models")
        daily = _counted(app)
        _run(app, url, folder, "reconcile")
        compared = _counted(app).total()
        _run(app, url, folder, "models")
        size = Path(folder, "timehouse.duckdb").stat().st_size
    people = sum(row["active"] for row in app.world.rows("users"))
    again = month_of((app.world.now - timedelta(days=Settings.lookback_days)).date()).since
    near = sum(e.time_since >= epoch_of(f"{again}T00:00Z") for e in app.world.entries)
    count = len(app.world.entries)
    return Measured(first, quiet, daily, compared, people, count, near, years, size)


def _run(app: ClockodoApp, url: str, folder: str, *words: str) -> None:
    """Run a verb of the command line there, as of the company's own now."""
    told = {
        "SWEEP_REQUESTS": "0",
        "API_USER": app.user,
        "API_KEY": app.key,
        "EXTERNAL_APPLICATION": APPLICATION,
        "BASE_URL": url,
        "START_DATE": str(app.world.since),
    }
    environment = {f"SOURCES__CLOCKODO__{name}": value for name, value in told.items()}
    environment |= {"TIMEHOUSE_AS_OF": app.world.now.isoformat(), "DLT_DATA_DIR": folder}
    command = [str(Path(sys.executable).parent / "timehouse"), *words]
    subprocess.run(  # noqa: S603 - the words are ours
        command, check=True, cwd=folder, env={**os.environ, **environment}, capture_output=True
    )


def _counted(app: ClockodoApp) -> Counter[str]:
    """Return the requests since the last look, by path."""
    seen = Counter(app.counts)
    app.reset()
    return seen


def scale(found: Measured, people: int) -> Scaled:
    """Return what so many people take."""
    companies = ceil(people / MOST_IN_A_COMPANY)
    each = people / companies
    a_year = found.entries / found.people / found.years
    first = _requests(found.first, found, each, a_year * each * HISTORY, HISTORY / found.years)
    near = found.near / found.people * each
    quiet, daily = (_requests(of, found, each, near, 1) for of in (found.quiet, found.daily))
    entries = round(a_year * people * HISTORY)
    others = ceil(found.compared * HISTORY / found.years) + Settings.sweep_requests
    size = found.bytes * entries // found.entries
    a_day = daily + 23 * quiet + others
    fit = 1 + (LIMIT_A_DAY - others - daily) // quiet
    return Scaled(people, companies, entries, first, quiet, daily, a_day, fit, size)


def _requests(
    seen: Counter[str], found: Measured, people: float, entries: float, longer: float
) -> int:
    """Return the requests of one company: lists stay as they are, pages and people grow."""
    of_people = seen[OF_PEOPLE] / found.people * people * longer
    lists = sum(seen.values()) - seen[OF_PEOPLE] - seen[OF_ENTRIES]
    pages = max(seen[OF_ENTRIES], ceil(entries / PAGE))
    return ceil(of_people + lists + pages)


def least(seen: Counter[str], entries: int) -> int:
    """Return how many requests would do: full pages of entries, and each list once."""
    others = sum(seen.values()) - seen[OF_ENTRIES] - sum(seen[path] > 1 for path in TWICE)
    return others + ceil(entries / PAGE)


def run(years: float) -> Iterator[str]:
    """Yield the lines of the report."""
    yield from table(measure(years))
    yield ""


def table(found: Measured) -> Iterator[str]:
    """Yield what was measured, and what follows for companies of other sizes."""
    yield (
        f"measured: {found.people} people, {found.years:g} years, {found.entries:,} entries,"
        f" {found.bytes / found.entries:,.0f} bytes an entry with history and marts;"
    )
    first, quiet = least(found.first, found.entries), least(found.quiet, found.near)
    yield (
        f"requests: first load {found.first.total()} (at least {first}), a sync with nothing"
        f" changed {found.quiet.total()} (at least {quiet}), the first of a day"
        f" {found.daily.total()} ({found.daily[OF_PEOPLE]} of them one a person), a comparison"
        f" {found.compared}"
    )
    yield ""
    heads = ("people", "companies", "entries in 5 years", "first load", "a sync", "first of a day")
    yield f"| {' | '.join((*heads, 'hourly for a day', 'syncs a day that fit', 'GB'))} |"
    yield f"|{'---:|' * 9}"
    for people in PEOPLE:
        one = scale(found, people)
        yield (
            f"| {one.people:,} | {one.companies:,} | {one.entries:,} | {one.first:,} |"
            f" {one.a_sync:,} | {one.daily:,} | {one.a_day:,} | {one.syncs_a_day:,} |"
            f" {one.bytes / 1e9:,.2f} |"
        )
