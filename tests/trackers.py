"""The trackers that tests run against: how each is reached, and what its parts are called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import clockify_source
import clockodo_source
from simulator.clockify import ClockifyApp
from simulator.clockify_ids import hex_id
from simulator.clockodo import ClockodoApp

APPLICATION = "Tests;tests@timehouse.example"
# Not all the empty years since 2005: each costs some requests.
SINCE = date(2025, 1, 1)


@dataclass(frozen=True)
class Tracker:
    """One tracker. Paths go on from the base URL, as faults and counts know them.

    `entries`: the resource that is read by windows, of which `table` holds work measured in time,
    and `begins` is when it began. `id_of`: what the tracker calls the world's entry of that number.
    `limits`: where its own limits of requests are kept, to be lifted for tests of many pages.
    """

    name: str
    app: Callable[..., Any]
    settings: Callable[[Any, str], Any]
    entries: str
    table: str
    begins: str
    id_of: Callable[[int], Any]
    limits: str
    users_path: str
    entries_path: str
    secret: str

    @property
    def raw(self) -> str:
        """The raw schema of the account `main`."""
        return f"{self.name}_raw"


WORKSPACE = f"/workspaces/{hex_id('workspaces', 1)}"

CLOCKODO = Tracker(
    name="clockodo",
    app=ClockodoApp,
    settings=lambda app, url: clockodo_source.Settings(
        app.user, app.key, APPLICATION, url, start_date=SINCE
    ),
    entries="entries",
    table="time_entries",
    begins="time_since",
    id_of=lambda number: number,
    limits="clockodo_source.api.LIMITS",
    users_path="/v3/users",
    entries_path="/v2/entries",
    secret="API_KEY",
)
CLOCKIFY = Tracker(
    name="clockify",
    app=ClockifyApp,
    settings=lambda app, url: clockify_source.Settings(
        app.key, base_url=f"{url}/v1", start_date=SINCE
    ),
    entries="time_entries",
    table="time_entries",
    begins="time_interval__start",
    id_of=lambda number: hex_id("entries", number),
    limits="clockify_source.api.LIMITS",
    users_path=f"{WORKSPACE}/users",
    entries_path=f"{WORKSPACE}/reports/detailed",
    secret="API_KEY",
)
TRACKERS = {tracker.name: tracker for tracker in (CLOCKODO, CLOCKIFY)}
