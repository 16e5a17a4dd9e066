"""`timehouse demo`: a whole company, simulated on this machine, loaded and summed up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from api_extract.run import Options
from pipelines.exits import Exit
from pipelines.place import Place
from pipelines.reconcile import Reconciliation, reconcile
from pipelines.simulated import SIMULATED, simulated
from pipelines.sync import Outcome, sync

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


@dataclass
class Demo:
    """What the demo loaded: its months, its totals by part, and how the tracker compares."""

    as_of: datetime
    outcome: Outcome
    months: list[tuple[Any, ...]]
    parts: list[tuple[str, Decimal, Decimal]]
    found: Reconciliation

    @property
    def warehouse(self) -> tuple[Decimal, Decimal]:
        """Hours and revenue of all parts."""
        hours = sum((part[1] for part in self.parts), Decimal(0))
        return _cents(hours), _cents(sum((part[2] for part in self.parts), Decimal(0)))

    @property
    def tracker(self) -> tuple[Decimal, Decimal]:
        """Hours and revenue of all months, as the tracker sums them."""
        hours, money = (
            sum((one.tracker for one in self.found.months if one.measure == measure), Decimal(0))
            for measure in ("hours", "revenue")
        )
        return _cents(hours), _cents(money)

    @property
    def agrees(self) -> bool:
        """Whether hours and revenue of both are the same, in each month and in all."""
        return self.tracker == self.warehouse and not self.found.differing

    @property
    def exit(self) -> Exit:
        """The load's own, and 5 where the totals differ."""
        return self.outcome.exit if self.agrees else Exit.LOOK


def demo(place: Place, tell: Callable[[str], None]) -> Demo:
    """Load the company, build the models, and compare all months with the tracker's own sums."""
    with simulated(place.system) as (settings, now):
        outcome = sync(place, settings, Options(as_of=now), tell=tell)
        found = reconcile(place, settings, now)
    if outcome.built and outcome.built.failed:
        return Demo(now, outcome, [], [], found)
    with duckdb.connect(str(place.warehouse), read_only=True) as warehouse:
        months = warehouse.execute(MONTHLY).fetchall()
        parts = [
            (part, Decimal(str(hours or 0)), Decimal(str(revenue or 0)))
            for part, hours, revenue in warehouse.execute(SIMULATED[place.system].parts).fetchall()
        ]
    return Demo(now, outcome, months, parts, found)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT)
