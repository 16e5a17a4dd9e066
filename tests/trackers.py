"""The trackers that tests run against: how each is reached, and what its parts are called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import clockify_source
import clockodo_source
from api_extract.entry_log import Log
from api_extract.resource import Resource
from api_extract.tables import Table
from simulator.clockify import ClockifyApp
from simulator.clockify_ids import hex_id
from simulator.clockodo import ClockodoApp
from tests import truth_clockify, truth_clockodo
from tests.truth import Truth

APPLICATION = "Tests;tests@timehouse.example"
# Not all the empty years since 2005: each costs some requests.
SINCE = date(2025, 1, 1)


@dataclass(frozen=True, eq=False)
class Tracker:
    """One tracker. Paths go on from the base URL, as faults and counts know them.

    `source`: the package that reads it. `identity_path`: what every run asks first, of everyone.
    `entries`: the resource that is read by windows, of which `table` holds work measured in time,
    and `begins` is when it began. `id_of`: what the tracker calls the world's entry of that number,
    to be asked for below `entry_path`.
    `limits`: where its own limits of requests are kept, to be lifted for tests of many pages.
    `longest`: the module and the name of how much of its entries is read at once.
    `truth`: what the raw tables should hold, as the tracker tells it who asks plainly; `decisive`
    are the readings of its documentation on which that hangs.
    """

    name: str
    source: Any
    identity_path: str
    app: Callable[..., Any]
    settings: Callable[[Any, str], Any]
    entries: str
    table: str
    begins: str
    id_of: Callable[[int], Any]
    limits: str
    users_path: str
    entries_path: str
    entry_path: str
    longest: tuple[str, str]
    secret: str
    truth: Truth
    decisive: tuple[str, ...]

    @property
    def raw(self) -> str:
        """The raw schema of the account `main`."""
        return f"{self.name}_raw"

    @property
    def prefix(self) -> str:
        """What its settings begin with in the environment."""
        return f"SOURCES__{self.name.upper()}__"

    @property
    def tables(self) -> dict[str, Table]:
        """All raw tables as they are declared, by name."""
        return {table.name: table for resource in self.resources for table in resource.tables}

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All resources, in the order in which they are read."""
        found: tuple[Resource, ...] = self.source.tables.RESOURCES
        return found

    @property
    def log(self) -> Log:
        """What its log of changes keeps of entries."""
        found: Log = self.source.tables.ENTRY_LOG
        return found

    @property
    def page(self) -> Path:
        """Where all its tables and columns are described."""
        return Path(self.source.__file__).parent / "README.md"

    def configured(self, settings: Any) -> dict[str, str]:  # noqa: ANN401 - each has its own
        """Return how the environment says where the tracker is, and who asks."""
        names = (*self.source.settings.CREDENTIALS, "base_url", "start_date")
        told = {name: getattr(settings, name) for name in names}
        return {self.prefix + name.upper(): str(value) for name, value in told.items() if value}


WORKSPACE = f"/workspaces/{hex_id('workspaces', 1)}"

CLOCKODO = Tracker(
    name="clockodo",
    source=clockodo_source,
    identity_path="/v4/users/me",
    app=ClockodoApp,
    settings=lambda app, url: clockodo_source.Settings(
        app.user, app.key, APPLICATION, url, start_date=SINCE, sweep_requests=0, daily_lists=()
    ),
    entries="entries",
    table="time_entries",
    begins="time_since",
    id_of=lambda number: number,
    limits="clockodo_source.api.LIMITS",
    users_path="/v3/users",
    entries_path="/v2/entries",
    entry_path="/v2/entries",
    longest=("clockodo_source.entries", "LONGEST_SPAN"),
    secret="API_KEY",
    truth=Truth(truth_clockodo.tables, truth_clockodo.entries, truth_clockodo.KEYS),
    decisive=("offset", "completion_touches"),
)
CLOCKIFY = Tracker(
    name="clockify",
    source=clockify_source,
    identity_path="/user",
    app=ClockifyApp,
    settings=lambda app, url: clockify_source.Settings(
        app.key, base_url=f"{url}/v1", start_date=SINCE, sweep_requests=0, daily_lists=()
    ),
    entries="time_entries",
    table="time_entries",
    begins="time_interval__start",
    id_of=lambda number: hex_id("entries", number),
    limits="clockify_source.api.LIMITS",
    users_path=f"{WORKSPACE}/users",
    entries_path=f"{WORKSPACE}/reports/detailed",
    entry_path=f"{WORKSPACE}/time-entries",
    longest=("clockify_source.ways", "LONGEST"),
    secret="API_KEY",
    truth=Truth(truth_clockify.tables, truth_clockify.entries, truth_clockify.KEYS),
    decisive=(
        *("unbillable_rates", "report_running", "expense_dates", "hydrated_tasks"),
        *("request_status", "request_balance"),
    ),
)
TRACKERS = {tracker.name: tracker for tracker in (CLOCKODO, CLOCKIFY)}
