"""Clockodo's own figures: of entries by `/v2/entrygroups`, of what was due by `/userreports`."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from api_extract.errors import Passing, TooHeavy, YourMove
from api_extract.pages import Request
from api_extract.session import Answer, Session
from api_extract.totals import (
    Ask,
    Cell,
    Figures,
    Oracle,
    Sum,
    hours,
    refuse_left_out,
    running_slack,
)
from api_extract.windows import Window
from clockodo_source.api import open_session
from clockodo_source.entry_groups import EntryGroups
from clockodo_source.settings import Settings

A_DAY = timedelta(days=1)  # whatever the zone
ROUNDING = hours(1)  # a second: reports are computed in fractions of one
COMPARED = (
    *(f"time_entries.{name}" for name in ("time_since", "time_until", "duration", "hourly_rate")),
    *(
        f"{table}.{name}"
        for table in ("time_entries", "lump_sum_entries", "lump_sum_service_entries")
        for name in ("time_since", "users_id", "projects_id", "billable", "revenue")
    ),
    *(f"user_report_months.{n}" for n in ("users_id", "year", "month", "sum_target", "sum_hours")),
)

DUE = "select users_id, year, month, sum_target, sum_hours from {user_report_months}"
RUNNING = """
select users_id, min(time_since) from {time_entries} where time_until is null group by 1
"""
READ_BY = """
select filter, hard_budget_revenue from {api_identity} where loaded order by ended_at desc limit 1
"""
# The sums take a number of an existing thing, and one state of billing.
SUMMED = {"users_id", "customers_id", "projects_id", "subprojects_id", "services_id", "texts_id"}
SUMMED |= {"lumpsum_services_id"}


@contextmanager
def totals(settings: Settings, ask: Ask, zone: ZoneInfo, now: datetime) -> Iterator[list[Oracle]]:
    """Yield what tells the tracker's own figures; raises YourMove where columns are lacking."""
    refuse_left_out(settings, COMPARED)
    _refuse_other_entries(settings, ask)
    with closing(open_session(settings)) as session:
        yield [EntryGroups(settings, session, ask, zone, now), UserReports(session, ask, now)]


def _refuse_other_entries(settings: Settings, ask: Ask) -> None:
    """Refuse to compare with other entries, or other revenue, than those that were loaded."""
    given = {name: str(value) for name, value in settings.filter.items()}
    for name, value in given.items():
        if name != "billable" and (name not in SUMMED or value == "0"):
            raise YourMove(
                f"Cannot compare with FILTER {name}={value}: the tracker sums up no such."
            )
    for read, hard in ask(READ_BY):
        if json.loads(read or "{}") != given or bool(hard) != settings.hard_budget_revenue:
            raise YourMove(
                "The last sync had another FILTER or HARD_BUDGET_REVENUE. Configure those again,"
                " or use another warehouse."
            )


@dataclass
class UserReports:
    """Hours due and worked, by month and person; of years that the key may see."""

    session: Session
    ask: Ask
    now: datetime
    resource: str = "user_reports"
    measures: tuple[str, ...] = ("target_hours", "worked_hours")
    is_needed: bool = False

    def groups(self, months: Sequence[Window]) -> list[list[Window]]:
        """Return the years of which the warehouse holds reports."""
        years = {cell.month.year for cell in self.held}
        known = [month for month in months if month.since.year in years]
        return [list(year) for _, year in groupby(known, key=lambda month: month.since.year)]

    def read(self, months: Sequence[Window]) -> Figures:
        """Ask for the report of a year."""
        year, inside = months[0].since.year, {month.since for month in months}
        request = Request("/userreports", (("type", "1"),)).with_params(year=year)
        try:
            reports = self.session.fetch(request, _reports)
        except TooHeavy as error:  # less than a year cannot be asked for
            raise Passing(str(error)) from None
        return {
            cell: {
                "target_hours": Sum(hours(month.sum_target)),
                "worked_hours": Sum(hours(month.sum_hours)),
            }
            for report in reports
            for month in report.month_details or ()
            if (cell := Cell(date(year, month.nr, 1), str(report.users_id))).month in inside
        }

    @cached_property
    def held(self) -> Figures:
        """The months of the reports that were loaded."""
        clocks: dict[Any, datetime] = dict(self.ask(RUNNING))
        found: Figures = {}
        for person, year, month, target, worked in self.ask(DUE):
            first = date(year, month, 1)
            grown, begin = Decimal(0), clocks.get(person)
            if begin and first >= (begin - A_DAY).date().replace(day=1):
                grown = running_slack((self.now - begin).total_seconds())
            found[Cell(first, str(person))] = {
                "target_hours": Sum(hours(target), ROUNDING),
                "worked_hours": Sum(hours(worked), ROUNDING + grown),
            }
        return found


class _Month(msgspec.Struct):
    nr: int
    sum_target: float | None = None
    sum_hours: float | None = None


class _UserReport(msgspec.Struct):
    users_id: int
    month_details: list[_Month] | None = None


class _UserReports(msgspec.Struct):
    userreports: list[_UserReport]


def _reports(answer: Answer) -> list[_UserReport]:
    return msgspec.json.decode(answer.body, type=_UserReports).userreports
