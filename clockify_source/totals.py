"""Clockify's own sums: of entries by the summary report, month by month.

Billable and other time are asked for apart, as it cannot group by that. Its windows are
instants, so that no zone of the server's matters. It has no figures on what is due.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise, product
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from api_extract.errors import TooHeavy, YourMove
from api_extract.pages import Request
from api_extract.session import Answer, Session
from api_extract.totals import (
    Ask,
    Cell,
    Figures,
    Oracle,
    Sum,
    add,
    held_sums,
    hours,
    refuse_left_out,
)
from api_extract.windows import Window, spans
from clockify_source.api import on_free_plan, open_session
from clockify_source.reading import FREE
from clockify_source.settings import Settings

LONGEST_ON_FREE_PLAN, LONGEST_REPORT = timedelta(days=31), timedelta(days=360)
LAST = timedelta(milliseconds=1)  # a report's end is the last moment in it
HUNDRED = Decimal(100)
COMPARED = tuple(
    f"time_entries.{name}"
    for name in (
        *("workspace_id", "user_id", "project_id", "billable", "time_interval__start"),
        *("time_interval__end", "amount", "rate", "hourly_rate__amount"),
    )
)
WORKSPACES = "select id, feature_subscription_type from {workspaces} order by id"
# Lists of people tell no amounts: then it is the rate for what is billable. A clock that runs may
# be counted up to now, or not at all.
SECONDS = "extract(epoch from time_interval__end) - extract(epoch from time_interval__start)"
HELD = f"""
select
    cast(date_trunc('month', time_interval__start at time zone %s) as date) as month,
    user_id, coalesce(project_id, ''), coalesce(billable, false),
    sum({SECONDS}),
    sum(coalesce(
        amount,
        case when billable then coalesce(rate, hourly_rate__amount) end * ({SECONDS}) / 3600.0
    )) / 100,
    count(*),
    sum(case when time_interval__end is null then
        extract(epoch from cast(%s as timestamp with time zone) - time_interval__start)
    else 0 end),
    max(case when time_interval__end is null then coalesce(rate, hourly_rate__amount) end) / 100
from {{time_entries}}
group by 1, 2, 3, 4
"""


@contextmanager
def totals(settings: Settings, ask: Ask, zone: ZoneInfo, now: datetime) -> Iterator[list[Oracle]]:
    """Yield what tells the tracker's own figures; raises YourMove where columns are lacking."""
    refuse_left_out(settings, COMPARED)
    with closing(open_session(settings)) as session:
        plans: dict[str, str | None] = dict(ask(WORKSPACES))
        if not plans:
            raise YourMove("The workspaces were not loaded. Run `timehouse sync clockify` first.")
        free = [workspace for workspace, plan in plans.items() if plan == FREE]
        session.limiter.limits += tuple(map(on_free_plan, free))
        yield [SummaryReports(settings, session, ask, zone, now)]


@dataclass
class SummaryReports:
    """Hours and revenue, by month, person, project and whether it is billable."""

    settings: Settings
    session: Session
    ask: Ask
    zone: ZoneInfo
    now: datetime
    resource: str = "time_entries"
    measures: tuple[str, ...] = ("hours", "revenue")
    is_needed: bool = True

    def groups(self, months: Sequence[Window]) -> list[list[Window]]:
        """Return each month that is not empty, then what is empty in as long spans as may be."""
        empty = [month for month in months if month.since not in self._filled]
        alone = [[month] for month in months if month.since in self._filled]
        if self._is_free:
            return alone + [[month] for month in empty]
        return alone + spans(empty, LONGEST_REPORT)

    def read(self, months: Sequence[Window]) -> Figures:
        """Ask for the sums of a month, in all workspaces that were loaded.

        Of what should be empty, first whether it is.
        """
        since, until = Window(months[0].since, months[-1].until).bounds(self.zone)
        parts = [since, until]
        if self._is_free and until - since > LONGEST_ON_FREE_PLAN:
            parts.insert(1, since + (until - since) / 2)
        found: Figures = {}
        should_be_empty = self._filled.isdisjoint(month.since for month in months)
        for (workspace, _), (begin, end) in product(self.ask(WORKSPACES), pairwise(parts)):
            if should_be_empty and not self._report(workspace, begin, end, {}):
                continue
            if len(months) > 1:
                raise TooHeavy(f"{workspace}: there is work where none is held")
            for billable in (True, False):
                for person in self._report(workspace, begin, end, {"billable": billable}):
                    for project in person.children or ():
                        cell = Cell(months[0].since, person.key, project.key, _billing(billable))
                        add(found, cell, project.sums)
        return found

    @cached_property
    def held(self) -> Figures:
        """The sums of what was loaded."""
        found: Figures = {}
        for month, person, project, billable, *sums in self.ask(HELD, self.zone.key, self.now):
            add(found, Cell(month, person, project, _billing(billable)), held_sums(*sums))
        return found

    @cached_property
    def _filled(self) -> set[date]:
        return {cell.month for cell in self.held}

    @cached_property
    def _is_free(self) -> bool:
        return any(plan == FREE for _, plan in self.ask(WORKSPACES))

    def _report(
        self, workspace: str, since: datetime, until: datetime, only: dict[str, bool]
    ) -> "list[_Group]":
        asked: dict[str, Any] = {
            "dateRangeStart": f"{since:%Y-%m-%dT%H:%M:%S.000Z}",
            "dateRangeEnd": f"{until - LAST:%Y-%m-%dT%H:%M:%S.999Z}",
            "timeZone": "UTC",
            "amountShown": "EARNED",
            "rounding": False,
            "summaryFilter": {"groups": ["USER", "PROJECT"]},
            **only,
        }
        path = f"/workspaces/{workspace}/reports/summary"
        body, base = msgspec.json.encode(asked), self.settings.reports
        return self.session.fetch(Request(path, kind=workspace, body=body, base=base), _groups)


class _Amount(msgspec.Struct):
    type: str | None = None
    value: float | None = None


class _Group(msgspec.Struct, rename="camel"):
    """A sum of the report; its id and its amount are told in two ways."""

    duration: int = 0
    id: str | None = None
    underscored: str | None = msgspec.field(default=None, name="_id")
    amount: float | None = None
    amounts: list[_Amount] | None = None
    children: "list[_Group] | None" = None

    @property
    def key(self) -> str:
        return self.underscored or self.id or ""

    @property
    def sums(self) -> dict[str, Sum]:
        """Hours, and money where it is told."""
        earned = [a.value for a in self.amounts or () if a.type in (None, "EARNED")]
        told = self.amount if self.amounts is None else next(iter(earned), None)
        sums = {"hours": Sum(hours(self.duration))}
        return sums if told is None else sums | {"revenue": Sum(Decimal(str(told)) / HUNDRED)}


class _Summary(msgspec.Struct, rename="camel"):
    group_one: list[_Group]


def _billing(billable: object) -> str:
    return "billable" if billable else "not billable"


def _groups(answer: Answer) -> list[_Group]:
    return msgspec.json.decode(answer.body, type=_Summary).group_one
