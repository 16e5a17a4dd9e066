"""The invented company on this machine, as each tracker tells it, and its own totals of it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

import clockify_source
import clockodo_source
from api_extract.pages import Request
from api_extract.session import Session
from clockify_source.api import open_session as open_clockify
from clockodo_source.api import ENTRYGROUPS
from clockodo_source.api import open_session as open_clockodo
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

Totals = tuple[Decimal, Decimal]  # hours, money


@dataclass(frozen=True)
class Simulated:
    """A tracker as it is simulated: how to make and reach it, and what it says of all its entries.

    `environment`: what tells a sync where it is. `parts`: what of the tracker's totals is where in
    the warehouse; it counts a running clock as nothing yet, and knows entries that are no work.
    """

    app: Callable[[], Any]
    settings: Callable[[Any, str], Any]
    environment: Callable[[Any, str], dict[str, str]]
    session: Callable[[Any], Session]
    totals: Callable[[Any, datetime], tuple[Request, Callable[[bytes], Totals]]]
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


def tracker_totals(system: str, settings: Any, now: datetime) -> Totals:  # noqa: ANN401 - each system has its own
    """Ask the tracker for the hours and the money of all its entries."""
    request, read = SIMULATED[system].totals(settings, now.replace(year=now.year + 5))
    with closing(SIMULATED[system].session(settings)) as session:
        return session.fetch(request, lambda answer: read(answer.body))


class _Group(msgspec.Struct):
    duration: int
    revenue: float


class _Groups(msgspec.Struct):
    groups: list[_Group]


def _entrygroups(
    settings: clockodo_source.Settings, until: datetime
) -> tuple[Request, Callable[[bytes], Totals]]:
    request = Request("/v2/entrygroups", (("grouping[]", "year"),), ENTRYGROUPS).with_params(
        time_since=f"{settings.start_date:%Y-%m-%dT00:00:00Z}",
        time_until=f"{until:%Y-%m-%dT00:00:00Z}",
    )

    def read(body: bytes) -> Totals:
        groups = msgspec.json.decode(body, type=_Groups).groups
        hours = Decimal(sum(g.duration for g in groups)) / 3600
        return hours, sum((Decimal(str(g.revenue)) for g in groups), Decimal(0))

    return request, read


class _Total(msgspec.Struct, rename="camel"):
    total_time: int
    total_amount: float


class _Summary(msgspec.Struct):
    totals: list[_Total]


def _summary_report(
    settings: clockify_source.Settings, until: datetime
) -> tuple[Request, Callable[[bytes], Totals]]:
    with closing(open_clockify(settings)) as session:
        (workspace,) = session.fetch(Request("/workspaces"), _workspaces)
    asked = {
        "dateRangeStart": f"{settings.start_date:%Y-%m-%dT00:00:00Z}",
        "dateRangeEnd": f"{until.astimezone(UTC):%Y-%m-%dT00:00:00Z}",
        "timeZone": "UTC",
        "amountShown": "EARNED",
        "summaryFilter": {"groups": ["PROJECT"]},
    }
    path, base = f"/workspaces/{workspace}/reports/summary", settings.reports
    request = Request(path, body=msgspec.json.encode(asked), base=base)

    def read(body: bytes) -> Totals:
        (total,) = msgspec.json.decode(body, type=_Summary).totals
        return Decimal(total.total_time) / 3600, Decimal(str(total.total_amount)) / 100

    return request, read


def _workspaces(answer: Any) -> list[str]:  # noqa: ANN401 - an answer of the session
    return [row["id"] for row in msgspec.json.decode(answer.body)]


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
        session=open_clockodo,
        totals=_entrygroups,
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
        session=open_clockify,
        totals=_summary_report,
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
