"""Clockodo's own sums: of entries by `/v2/entrygroups`, of what was due by `/userreports`.

It groups by months of a zone that is documented nowhere, so an entry at the end of a month is asked
for to find out. Each request asks for a day more on both sides, as with entries, and counts the
months that lie within.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from api_extract.pages import Request
from api_extract.session import Answer, Session
from api_extract.totals import CENT, Ask, Cell, Figures, Oracle, Sum, add, refuse_left_out
from api_extract.windows import Window
from clockodo_source.api import ENTRYGROUPS, open_session
from clockodo_source.settings import Settings

LEVELS = ("month", "users_id", "projects_id", "billable")
PADDING = timedelta(days=1)
HOUR = Decimal(3600)
SPLIT = Decimal(1) / HOUR  # a second, as reports are computed in fractions of one
PROBED = 5  # entries that may have gone meanwhile
SECOND = timedelta(seconds=1)
NOT_VISIBLE = -1
BILLING = {"0": "not billable", "1": "billable", "2": "billed"}
HARD_TOO = "calc_also_revenues_for_projects_with_hard_budget"
COMPARED = (
    *(f"time_entries.{name}" for name in ("time_since", "time_until", "duration", "hourly_rate")),
    *(
        f"{table}.{name}"
        for table in ("time_entries", "lump_sum_entries", "lump_sum_service_entries")
        for name in ("time_since", "users_id", "projects_id", "billable", "revenue")
    ),
    *(f"user_report_months.{n}" for n in ("users_id", "year", "month", "sum_target", "sum_hours")),
)

ALL_ENTRIES = """
    select time_since, time_until, users_id, projects_id, billable, duration, revenue, hourly_rate
    from {time_entries}
    union all
    select time_since, time_since, users_id, projects_id, billable, 0, revenue, null
    from {lump_sum_entries}
    union all
    select time_since, time_since, users_id, projects_id, billable, 0, revenue, null
    from {lump_sum_service_entries}
"""
# A clock that runs may be counted up to now, or not at all.
HELD = f"""
select
    cast(date_trunc('month', time_since at time zone %s) as date) as month,
    users_id, coalesce(projects_id, 0), billable, sum(duration), sum(revenue), count(*),
    sum(case when time_until is null then
        extract(epoch from cast(%s as timestamp with time zone) - time_since)
    else 0 end),
    max(case when time_until is null then hourly_rate end)
from ({ALL_ENTRIES}) as entries
group by 1, 2, 3, 4
"""
DUE = "select users_id, year, month, sum_target, sum_hours from {user_report_months}"
RUNNING = """
select users_id, min(time_since) from {time_entries} where time_until is null group by 1
"""
ZONES = "select timezone_default from {company} union select timezone from {users}"
ITS_MONTH = "date_trunc('month', time_since at time zone %s)"
OTHER_MONTH = f"{ITS_MONTH} <> {ITS_MONTH}"
BORDERLINE = f"select time_since, users_id from {{{{time_entries}}}} where {{}} limit {PROBED}"


@contextmanager
def totals(settings: Settings, ask: Ask, zone: ZoneInfo, now: datetime) -> Iterator[list[Oracle]]:
    """Yield what tells the tracker's own figures; raises YourMove where columns are lacking."""
    refuse_left_out(settings, COMPARED)
    with closing(open_session(settings)) as session:
        yield [EntryGroups(settings, session, ask, zone, now), UserReports(session, ask, now)]


@dataclass
class EntryGroups:
    """Hours and revenue, by month, person, project and billing."""

    settings: Settings
    session: Session
    ask: Ask
    zone: ZoneInfo
    now: datetime
    resource: str = "entries"
    measures: tuple[str, ...] = ("hours", "revenue")
    is_needed: bool = True

    def groups(self, months: Sequence[Window]) -> list[list[Window]]:
        """Return years, and at once what of them is empty."""
        filled = {cell.month.year for cell in self.held()}
        years = (list(year) for _, year in groupby(months, key=lambda month: month.since.year))
        found: list[list[Window]] = []
        for year in years:
            last = {month.since.year for month in found[-1]} if found else filled
            if year[0].since.year in filled or last & filled:
                found.append(year)
            else:
                found[-1] += year
        return found

    def read(self, months: Sequence[Window]) -> Figures:
        """Ask for the sums of adjacent months."""
        since, until = Window(months[0].since, months[-1].until).bounds(self._grouped_by)
        inside = {month.since for month in months}
        found: Figures = {}
        for keys, group in self._asked(since - PADDING, until + PADDING, *LEVELS):
            sums = {"hours": Sum(_hours(group.duration))}
            if group.revenue is not None:
                sums["revenue"] = Sum(Decimal(str(group.revenue)))
            cell = self._cell(*keys)
            if cell.month in inside:
                add(found, cell, sums)
        return found

    def held(self) -> Figures:
        """Return the sums of what was loaded."""
        return self._held

    @cached_property
    def _held(self) -> Figures:
        rows = self.ask(HELD, self._grouped_by.key, self.now)
        self._tells_billing = all(row[3] != NOT_VISIBLE for row in rows)
        found: Figures = {}
        for *keys, seconds, revenue, count, running, rate in rows:
            grown = _hours(running) + 1 if running else Decimal(0)
            sums = {"hours": Sum(_hours(seconds), grown)}
            if revenue is not None:
                slack = CENT * count + grown * Decimal(str(rate or 0))
                sums["revenue"] = Sum(Decimal(str(revenue)), slack)
            add(found, self._cell(*keys), sums)
        return found

    def _cell(self, month: object, person: object, project: object, billing: object) -> Cell:
        said = str(month)
        return Cell(
            month if isinstance(month, date) else date(int(said[:4]), int(said[4:6]), 1),
            str(person),
            "" if str(project) == "0" else str(project),
            BILLING.get(str(billing), str(billing)) if self._tells_billing else "",
        )

    @cached_property
    def _grouped_by(self) -> ZoneInfo:
        """The zone of the server's months: that in which an entry at a month's end is told."""
        names = dict.fromkeys([self.zone.key, *(name for (name,) in self.ask(ZONES)), "UTC"])
        known = [zone for zone in map(_zone, names) if zone]
        where = " or ".join([OTHER_MONTH] * len(known))
        pairs = [name for zone in known for name in (self.zone.key, zone.key)]
        for begins, person in self.ask(BORDERLINE.format(where), *pairs):
            told = self._asked(begins - SECOND, begins + SECOND, "users_id", "month")
            months = {str(month) for (user, month), _ in told if str(user) == str(person)}
            fitting = [z for z in known if {f"{begins.astimezone(z):%Y%m}"} == months]
            if fitting:
                return fitting[0]
        return self.zone

    def _asked(
        self, since: datetime, until: datetime, *levels: str
    ) -> Iterator[tuple[list[str | int], "_Group"]]:
        """Yield the groups of the last level, each with the keys of all."""
        params: list[tuple[str, str]] = [("grouping[]", level) for level in levels]
        if self.settings.hard_budget_revenue:
            params.append((HARD_TOO, "true"))
        params += [(f"filter[{name}]", str(value)) for name, value in self.settings.filter.items()]
        request = Request("/v2/entrygroups", tuple(params), ENTRYGROUPS, is_divisible=True)
        request = request.with_params(
            time_since=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            time_until=f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
        for group in self.session.fetch(request, _groups):
            yield from _leaves(group, [])


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
        years = {cell.month.year for cell in self.held()}
        known = [month for month in months if month.since.year in years]
        return [list(year) for _, year in groupby(known, key=lambda month: month.since.year)]

    def read(self, months: Sequence[Window]) -> Figures:
        """Ask for the report of a year."""
        year, inside = months[0].since.year, {month.since for month in months}
        request = Request("/userreports", (("type", "1"),)).with_params(year=year)
        return {
            cell: {
                "target_hours": Sum(_hours(month.sum_target)),
                "worked_hours": Sum(_hours(month.sum_hours)),
            }
            for report in self.session.fetch(request, _reports)
            for month in report.month_details
            if (cell := Cell(date(year, month.nr, 1), str(report.users_id))).month in inside
        }

    def held(self) -> Figures:
        """Return the months of the reports that were loaded."""
        return self._held

    @cached_property
    def _held(self) -> Figures:
        runs = {person: self.now - since for person, since in self.ask(RUNNING)}
        found: Figures = {}
        for person, year, month, target, worked in self.ask(DUE):
            grown = _hours(runs[person].total_seconds()) + 1 if person in runs else Decimal(0)
            found[Cell(date(year, month, 1), str(person))] = {
                "target_hours": Sum(_hours(target), SPLIT),
                "worked_hours": Sum(_hours(worked), SPLIT + grown),
            }
        return found


class _Group(msgspec.Struct):
    group: str | int
    duration: int = 0
    revenue: float | None = None
    sub_groups: "list[_Group] | None" = None


class _Groups(msgspec.Struct):
    groups: list[_Group]


class _Month(msgspec.Struct):
    nr: int
    sum_target: float | None = None
    sum_hours: float | None = None


class _UserReport(msgspec.Struct):
    users_id: int
    month_details: list[_Month] = []


class _UserReports(msgspec.Struct):
    userreports: list[_UserReport]


def _hours(seconds: object) -> Decimal:
    return Decimal(str(seconds or 0)) / HOUR


def _groups(answer: Answer) -> list[_Group]:
    return msgspec.json.decode(answer.body, type=_Groups).groups


def _reports(answer: Answer) -> list[_UserReport]:
    return msgspec.json.decode(answer.body, type=_UserReports).userreports


def _leaves(group: _Group, above: list[str | int]) -> Iterator[tuple[list[str | int], _Group]]:
    keys = [*above, group.group]
    if group.sub_groups is None:
        yield keys, group
    for inner in group.sub_groups or ():
        yield from _leaves(inner, keys)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
