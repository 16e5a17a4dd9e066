"""What Clockodo sums up of entries: `/v2/entrygroups`.

It groups by months of a zone that is documented nowhere, so an entry at the end of a month is asked
for to find out. Each request asks for a day more on both sides, as with entries, and counts the
months that lie within.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from api_extract.pages import Request
from api_extract.session import Answer, Session
from api_extract.totals import Ask, Cell, Figures, Sum, add, held_sums, hours
from api_extract.windows import Window
from clockodo_source.api import ENTRYGROUPS
from clockodo_source.settings import Settings

LEVELS = ("month", "users_id", "projects_id", "billable")
PADDING = timedelta(days=1)
ATTEMPTS = 5  # rounds, and entries in each, as some may have gone meanwhile
SECOND = timedelta(seconds=1)
NOT_VISIBLE = -1
BILLING = {"0": "not billable", "1": "billable", "2": "billed"}
HARD_TOO = "calc_also_revenues_for_projects_with_hard_budget"
BILLABLE_OR_BILLED = "12"
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
ZONES = {
    "company.timezone_default": "select timezone_default from {company} order by 1",
    "users.timezone": "select distinct timezone from {users} order by 1",
}
ITS_MONTH = "date_trunc('month', time_since at time zone %s)"
OTHER_MONTH = f"{ITS_MONTH} <> {ITS_MONTH}"
BORDERLINE = f"""
select time_since, users_id from {{{{time_entries}}}} where {{}} order by id desc limit {ATTEMPTS}
"""


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
        """Return the months by year; adjacent years without entries in one group."""
        filled = {cell.month.year for cell in self.held}
        found: list[list[Window]] = []
        for is_filled, some in groupby(months, key=lambda month: month.since.year in filled):
            several = groupby(some, key=lambda month: is_filled and month.since.year)
            found += [list(group) for _, group in several]
        return found

    def read(self, months: Sequence[Window]) -> Figures:
        """Ask for the sums of adjacent months."""
        since, until = Window(months[0].since, months[-1].until).bounds(self._grouped_by)
        inside = {month.since for month in months}
        found: Figures = {}
        for keys, group in self._asked(since - PADDING, until + PADDING, *LEVELS):
            sums = {"hours": Sum(hours(group.duration))}
            if group.revenue is not None:
                sums["revenue"] = Sum(Decimal(str(group.revenue)))
            cell = self._cell(*keys)
            if cell.month in inside:
                add(found, cell, sums)
        return found

    @cached_property
    def held(self) -> Figures:
        """The sums of what was loaded."""
        found: Figures = {}
        for month, person, project, billing, *sums in self._rows:
            add(found, self._cell(month, person, project, billing), held_sums(*sums))
        return found

    @cached_property
    def _rows(self) -> list[tuple[Any, ...]]:
        return self.ask(HELD, self._grouped_by.key, self.now)

    @cached_property
    def _tells_billing(self) -> bool:
        return all(row[3] != NOT_VISIBLE for row in self._rows)

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
        """The zone of the server's months: that in which entries at a month's end are told.

        Each such entry leaves fewer zones, until those left agree on all that was loaded.
        """
        left_out = {*self.settings.exclude_columns, *self.settings.hash_columns}
        names = [self.zone.key]
        for column, query in ZONES.items():
            names += [] if column in left_out else [name for (name,) in self.ask(query) if name]
        zones = [zone for zone in map(_zone, dict.fromkeys([*names, "UTC"])) if zone]
        for _ in range(ATTEMPTS):
            fitting = self._fitting(zones)
            if fitting == zones:
                break
            zones = fitting
        return zones[0]

    def _fitting(self, zones: list[ZoneInfo]) -> list[ZoneInfo]:
        """Return those of the zones that are left by an entry whose month differs among them."""
        first, *others = zones
        where = " or ".join([OTHER_MONTH] * len(others)) or "1 = 0"
        pairs = [name for zone in others for name in (first.key, zone.key)]
        for begins, person in self.ask(BORDERLINE.format(where), *pairs):
            told = self._asked(begins - SECOND, begins + SECOND, "users_id", "month")
            months = {str(month) for (user, month), _ in told if str(user) == str(person)}
            if fitting := [z for z in zones if {f"{begins.astimezone(z):%Y%m}"} == months]:
                return fitting
        return zones

    def _asked(
        self, since: datetime, until: datetime, *levels: str
    ) -> Iterator[tuple[list[str | int], "_Group"]]:
        """Yield the groups of the last level, each with the keys of all."""
        params: list[tuple[str, str]] = [("grouping[]", level) for level in levels]
        if self.settings.hard_budget_revenue:
            params.append((HARD_TOO, "true"))
        given = {name: str(value) for name, value in self.settings.filter.items()}
        both = given.get("billable") == BILLABLE_OR_BILLED
        for only in [{"billable": "1"}, {"billable": "2"}] if both else [{}]:
            filters = {**given, **only}
            asked = [*params, *((f"filter[{name}]", value) for name, value in filters.items())]
            request = Request("/v2/entrygroups", tuple(asked), ENTRYGROUPS, is_divisible=True)
            request = request.with_params(
                time_since=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                time_until=f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            )
            for group in self.session.fetch(request, _groups):
                yield from _leaves(group, [], len(levels))


class _Group(msgspec.Struct):
    group: str | int
    duration: int | float | None = None
    revenue: float | None = None
    sub_groups: "list[_Group] | None" = None


class _Groups(msgspec.Struct):
    groups: list[_Group]


def _groups(answer: Answer) -> list[_Group]:
    return msgspec.json.decode(answer.body, type=_Groups).groups


def _leaves(
    group: _Group, above: list[str | int], levels: int
) -> Iterator[tuple[list[str | int], _Group]]:
    keys = [*above, group.group]
    if len(keys) == levels:
        yield keys, group
    else:
        for inner in group.sub_groups or ():
            yield from _leaves(inner, keys, levels)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
