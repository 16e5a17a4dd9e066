"""Utilization and revenue in plain Python over the simulated company's own books.

No line of it is shared with the models: loops instead of joins, floats instead of decimals.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulator import holidays
from simulator.store import Entry
from simulator.world import World

Row = dict[str, Any]
Sums = dict[str, float]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNPAID, ELSEWHERE, OVERTIME = {10, 11, 12}, {8, 9}, 3


@dataclass
class Books:
    """What each person owed and did on each day, and what each project earned."""

    world: World
    people: dict[tuple[int, date], Sums] = field(default_factory=dict)  # person, month
    work: dict[tuple[int | None, int, date], Sums] = field(default_factory=dict)  # project, person
    unbilled: dict[tuple[int, int | None], Sums] = field(default_factory=dict)  # customer, project

    def __post_init__(self) -> None:
        worked = self._add_entries()
        for user in self.world.rows("users"):
            for day, hours in _owed(self.world, user, sorted(worked[user["id"]])):
                month = self._month(user["id"], day)
                for name, value in hours.items():
                    month[name] += value

    def _month(self, user: int, day: date) -> Sums:
        return self.people.setdefault((user, day.replace(day=1)), defaultdict(float))

    def _add_entries(self) -> dict[int, set[date]]:
        zones = {u["id"]: ZoneInfo(u["timezone"]) for u in self.world.rows("users")}
        days: dict[int, set[date]] = defaultdict(set)
        for entry in self.world.entries:
            if entry.test_data:
                continue
            day = datetime.fromtimestamp(entry.time_since, zones[entry.users_id]).date()
            days[entry.users_id].add(day)
            hours = _hours(self.world, entry)
            if day <= self.world.now.astimezone(zones[entry.users_id]).date():
                month = self._month(entry.users_id, day)
                month["worked"] += hours
                month["billable"] += hours if entry.billable else 0.0
            money = _money(self.world, entry, hours)
            key = (entry.projects_id, entry.users_id, day.replace(day=1))
            sums = self.work.setdefault(key, defaultdict(float))
            for name, value in money.items():
                sums[name] += value
            age = (self.world.now.astimezone(ZoneInfo(self.world.timezone)).date() - day).days
            if money.get("unbilled") and age >= 0:
                ages = (30, "0_to_30"), (60, "31_to_60"), (90, "61_to_90"), (age, "over_90")
                bucket = next(name for most, name in ages if age <= most)
                of = self.unbilled.setdefault(
                    (entry.customers_id, entry.projects_id), defaultdict(float)
                )
                of[bucket] += money["unbilled"]
        return days


def _hours(world: World, entry: Entry) -> float:
    if entry.type != 1:
        return 0.0
    if entry.time_until is None:
        return (world.now_epoch - entry.time_since) / 3600
    return (entry.duration or 0) / 3600


def _money(world: World, entry: Entry, hours: float) -> Sums:
    """Tell what an entry is worth, what it earns, and what it may earn yet."""
    if not entry.billable:
        return {"hours": hours}
    earned = provisional = 0.0
    if entry.type == 2:
        worth = earned = entry.lumpsum
    elif entry.type == 3:
        worth = earned = entry.lumpsum_services_amount * entry.lumpsum_services_price
    else:
        worth = hours * entry.hourly_rate
        project = world.tables["projects"].get(entry.projects_id or 0)
        factor = project["revenue_factor"] if project else 1
        budget = project["budget"] if project else None
        if project and budget and budget["hard"] and not project["completed"]:
            provisional = worth
        elif entry.time_until is None:
            provisional = worth * factor
        else:
            earned = worth * factor
    billed = earned if entry.billable == 2 else 0.0
    return {
        "hours": hours,
        "billable": hours,
        "earned": earned,
        "billed": billed,
        "unbilled": earned - billed,
        "provisional": provisional,
        "standard": worth,
    }


def _owed(world: World, user: Row, worked: list[date]) -> Iterator[tuple[date, Sums]]:
    """Yield every day of a person's employment until today, with what was due on it."""
    agreed = [r for r in world.rows("target_hours") if r["users_id"] == user["id"]]
    absences = [
        (date.fromisoformat(r["date_since"]), date.fromisoformat(r["date_until"]), r)
        for r in world.rows("absences")
        if r["users_id"] == user["id"] and r["status"] == 1
    ]
    if user["start_date"]:
        day = date.fromisoformat(user["start_date"])
    else:
        day = min((date.fromisoformat(r["date_since"]) for r in agreed), default=worked[0])
    last = world.now.astimezone(ZoneInfo(user["timezone"])).date()
    if user["exit_date"]:
        last = min(last, date.fromisoformat(user["exit_date"]))
    elif not user["active"]:
        last = min(last, max([*worked, *(until for _, until, _ in absences)]))
    free = {
        when: 0.5 if rule["half_day"] else 1.0
        for year in range(day.year, last.year + 1)
        for when, rule in sorted(
            holidays.of_user(world, user["id"], year), key=lambda pair: not pair[1]["half_day"]
        )
    }
    before = {
        d: _before_overtime(_agreed(world, user, agreed, d), free.get(d, 0.0), absences, d)
        for d in (day + timedelta(days=n) for n in range((last - day).days + 400))
    }
    while day <= last:
        gross, holiday, absence = before[day]
        left = gross - holiday - absence
        for since, until, row in absences:
            if row["type"] == OVERTIME and since <= day <= until:
                span = [since + timedelta(days=n) for n in range((until - since).days + 1)]
                free_hours = sum(before[d][0] - before[d][1] - before[d][2] for d in span)
                absence += min(left, row["count_hours"] * left / free_hours) if free_hours else 0
        yield (
            day,
            {
                "gross": gross,
                "holiday": holiday,
                "absence": absence,
                "net": gross - holiday - absence,
            },
        )
        day += timedelta(days=1)


def _agreed(world: World, user: Row, rows: list[Row], day: date) -> float:
    valid = [r for r in rows if r["date_since"] <= f"{day}" <= (r["date_until"] or "9999-12-31")]
    if not valid:
        if not user["default_target_hours"]:
            return 0.0
        (company,) = world.rows("company")
        return float(company["target_hours_default"][WEEKDAYS[day.weekday()]])
    row = max(valid, key=lambda r: (r["date_since"], r["id"]))
    if row["type"] == "weekly":
        return float(row[WEEKDAYS[day.weekday()]])
    flags = [row[f"workday_{name}"] for name in WEEKDAYS]
    length = monthrange(day.year, day.month)[1]
    workdays = sum(flags[day.replace(day=n).weekday()] for n in range(1, length + 1))
    return float(row["monthly_target"]) / workdays if flags[day.weekday()] else 0.0


def _before_overtime(
    agreed: float, free: float, absences: list[tuple[date, date, Row]], day: date
) -> tuple[float, float, float]:
    """Return the gross target, the holiday and the credited absence of a day, in hours."""
    unpaid = credited = 0.0
    for since, until, row in absences:
        if since <= day <= until:
            share = 0.5 if row["count_days"] == 0.5 else 1.0
            if row["type"] in UNPAID:
                unpaid += share
            elif row["type"] not in ELSEWHERE and row["type"] != OVERTIME:
                credited += share
    gross = agreed * (1 - min(1.0, unpaid))
    holiday = min(gross, agreed * free)
    return gross, holiday, min(gross - holiday, agreed * credited)
