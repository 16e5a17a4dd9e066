"""`timehouse demo`: a whole company, simulated on this machine, loaded and summed up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import msgspec

from api_extract.pages import Request
from api_extract.session import Answer
from clockodo_source import Options, Settings
from clockodo_source.api import ENTRYGROUPS, open_session
from pipelines.exits import Exit
from pipelines.place import Place
from pipelines.sync import Outcome, sync
from simulator.clockodo import ClockodoApp
from simulator.server import HOST, PREFIX, run, serve
from simulator.world import World

APPLICATION = "Timehouse demo;demo@timehouse.example"

CENT = Decimal("0.01")
# Months up to now: what is planned for later is in the totals below.
MONTHLY = """
select
    period_starts_on as month,
    worked_hours,
    report.billable_hours,
    net_capacity_hours,
    net_capacity_utilization_percent,
    sum(revenue) as earned,
    sum(provisional_revenue) as provisional,
    sum(revenue) filter (where billable_state = 'billable') as unbilled,
    currency
from marts.rpt_utilization as report
join marts.fct_time_entries as entries
    on started_on between period_starts_on and counted_until_on
where level = 'company' and period = 'month'
group by all
order by month
"""
# The tracker counts a running clock as nothing yet, and its own example entries as work.
TOTALS = """
select
    'in the marts' as part,
    sum(duration_seconds) filter (where not is_running) / 3600.0 as hours,
    sum(revenue) as revenue
from marts.fct_time_entries
union all
select 'left out as test data', sum(duration) / 3600, sum(revenue)
from (
    select duration, revenue from clockodo_raw.time_entries where test_data
    union all
    select 0, revenue from clockodo_raw.lump_sum_entries where test_data
    union all
    select 0, revenue from clockodo_raw.lump_sum_service_entries where test_data
)
"""


@dataclass
class Demo:
    """What the demo loaded: its months, the warehouse's totals by part, and the tracker's own."""

    as_of: datetime
    outcome: Outcome
    months: list[tuple[Any, ...]]
    parts: list[tuple[str, Decimal, Decimal]]
    tracker: tuple[Decimal, Decimal]

    @property
    def warehouse(self) -> tuple[Decimal, Decimal]:
        """Hours and revenue of all parts."""
        hours = sum((part[1] for part in self.parts), Decimal(0))
        return _cents(hours), _cents(sum((part[2] for part in self.parts), Decimal(0)))

    @property
    def agrees(self) -> bool:
        """Whether hours and revenue of both are the same."""
        return self.tracker == self.warehouse

    @property
    def exit(self) -> Exit:
        """The load's own, and 5 where the totals differ."""
        return self.outcome.exit if self.agrees else Exit.LOOK


@contextmanager
def simulated() -> Iterator[tuple[Settings, datetime]]:
    """Serve the invented company on loopback; yield how to reach it and what time it is there."""
    app = ClockodoApp(World())
    with serve(app) as url:
        yield Settings(app.user, app.key, APPLICATION, url), app.world.now


def simulate(port: int, tell: Callable[[str], None]) -> None:
    """Serve the invented company on loopback until interrupted."""
    app = ClockodoApp(World())
    tell(f"export SOURCES__CLOCKODO__BASE_URL=http://{HOST}:{port}{PREFIX}")
    tell(f"export SOURCES__CLOCKODO__API_USER={app.user}")
    tell(f"export SOURCES__CLOCKODO__API_KEY={app.key}")
    tell(f"export SOURCES__CLOCKODO__EXTERNAL_APPLICATION='{APPLICATION}'")
    tell(f"export TIMEHOUSE_AS_OF={app.world.now:%Y-%m-%dT%H:%M:%SZ}")
    run(app, port)


def demo(place: Place, tell: Callable[[str], None]) -> Demo:
    """Load the company, build the models, and ask the tracker for its own totals."""
    with simulated() as (settings, now):
        outcome = sync(place, settings, Options(as_of=now), tell=tell)
        tracker = _tracker_totals(settings, now)
    if outcome.built and outcome.built.failed:
        return Demo(now, outcome, [], [], tracker)
    with duckdb.connect(str(place.warehouse), read_only=True) as warehouse:
        months = warehouse.execute(MONTHLY).fetchall()
        parts = [
            (part, Decimal(str(hours or 0)), Decimal(str(revenue or 0)))
            for part, hours, revenue in warehouse.execute(TOTALS).fetchall()
        ]
    return Demo(now, outcome, months, parts, tracker)


def _tracker_totals(settings: Settings, now: datetime) -> tuple[Decimal, Decimal]:
    session = open_session(settings)
    request = Request("/v2/entrygroups", (("grouping[]", "year"),), ENTRYGROUPS).with_params(
        time_since=f"{settings.start_date:%Y-%m-%dT00:00:00Z}",
        time_until=f"{now.replace(year=now.year + 5):%Y-%m-%dT00:00:00Z}",
    )
    try:
        groups = session.fetch(request, _groups)
    finally:
        session.close()
    hours = Decimal(sum(g.duration for g in groups)) / 3600
    return _cents(hours), _cents(sum((Decimal(str(g.revenue)) for g in groups), Decimal(0)))


class _Group(msgspec.Struct):
    duration: int
    revenue: float


class _Groups(msgspec.Struct):
    groups: list[_Group]


def _groups(answer: Answer) -> list[_Group]:
    return msgspec.json.decode(answer.body, type=_Groups).groups


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT)
