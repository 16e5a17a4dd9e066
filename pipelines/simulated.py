"""The invented company on this machine, as each tracker tells it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import clockify_source
import clockodo_source
from simulator.clockify import ClockifyApp
from simulator.clockodo import ClockodoApp
from simulator.server import HOST, PREFIX, run, serve
from simulator.world import World

APPLICATION = "Timehouse demo;demo@timehouse.example"
TIME_IN_MARTS = """
select
    'in the marts' as part,
    sum(duration_seconds) filter (where not is_running) / 3600.0 as hours,
    sum(revenue) as revenue
from marts.fct_time_entries
"""


@dataclass(frozen=True)
class Simulated:
    """A tracker as it is simulated: how to make and reach it, and where its entries' totals are.

    `environment`: what tells a sync where it is. `parts`: SQL; hours and revenue in the marts, and
    of what they leave out, which add up to the tracker's totals. A running clock counts nothing.
    """

    app: Callable[[], Any]
    settings: Callable[[Any, str], Any]
    environment: Callable[[Any, str], dict[str, str]]
    parts: str


@contextmanager
def simulated(system: str) -> Iterator[tuple[Any, datetime]]:
    """Serve the invented company on loopback; yield how to reach it and what time it is there."""
    app = SIMULATED[system].app()
    with serve(app) as url:
        yield SIMULATED[system].settings(app, url), app.world.now


def simulate(system: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve the invented company on loopback until interrupted."""
    app = SIMULATED[system].app()
    for name, value in SIMULATED[system].environment(app, f"http://{HOST}:{port}{PREFIX}").items():
        tell(f"export SOURCES__{system.upper()}__{name}={value}")
    tell(f"export TIMEHOUSE_AS_OF={app.world.now:%Y-%m-%dT%H:%M:%SZ}")
    run(app, port)


SIMULATED: dict[str, Simulated] = {
    "clockodo": Simulated(
        app=lambda: ClockodoApp(World()),
        settings=lambda app, url: clockodo_source.Settings(app.user, app.key, APPLICATION, url),
        environment=lambda app, url: {
            "BASE_URL": url,
            "API_USER": app.user,
            "API_KEY": app.key,
            "EXTERNAL_APPLICATION": f"'{APPLICATION}'",
        },
        parts=f"""
{TIME_IN_MARTS}
union all
select 'left out as test data', sum(duration) / 3600, sum(revenue)
from (
    select duration, revenue from clockodo_raw.time_entries where test_data
    union all
    select 0, revenue from clockodo_raw.lump_sum_entries where test_data
    union all
    select 0, revenue from clockodo_raw.lump_sum_service_entries where test_data
)
""",
    ),
    "clockify": Simulated(
        app=lambda: ClockifyApp(World()),
        settings=lambda app, url: clockify_source.Settings(app.key, base_url=f"{url}/v1"),
        environment=lambda app, url: {"BASE_URL": f"{url}/v1", "API_KEY": app.key},
        parts=f"""
{TIME_IN_MARTS}
union all
select
    'left out as no work: breaks, days off',
    sum(extract(epoch from time_interval__end - time_interval__start)) / 3600,
    sum(amount) / 100
from clockify_raw.time_entries
where type in ('BREAK', 'HOLIDAY', 'TIME_OFF')
""",
    ),
}
