"""User reports, computed: target, work, absences and the balance of one year."""

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise

from simulator.capacity import Availability, Due
from simulator.instants import days, epoch_of, local_day, noon
from simulator.people import last_day
from simulator.store import TIME, Ledger, Row

YEAR, MONTHS, WEEKS, DAYS, DAYS_WITH_TIMES = range(5)
HOUR = 3600
ABSENCE_NAMES = {
    1: "regular_holidays",
    2: "special_leaves",
    4: "sick_self",
    5: "sick_child",
    6: "school",
    7: "maternity_protection",
    8: "home_office",
    9: "out_of_office",
    10: "special_leaves",
    11: "sick_self",
    12: "sick_child",
    13: "quarantine",
    14: "military_service",
    15: "sick_self",
}
# Nobody has a surcharge model, so these stay 0.
SURCHARGES = (
    *("saturday", "sunday", "nonbusiness", "nonbusiness_special"),
    *("night", "night_increased"),
)
Worked = dict[tuple[int, date], int]


@dataclass
class Day:
    """One day of one person."""

    day: date
    due: Due
    worked: int
    past: bool
    exempt: bool
    absences: Row = field(default_factory=dict)

    @property
    def target(self) -> float | None:
        """Seconds due after holidays and absences; nothing is due of who is exempt."""
        return None if self.exempt else self.due.target * HOUR

    @property
    def diff(self) -> float:
        """What the day adds to the account; days to come add nothing."""
        return self.worked - (self.target or 0.0) if self.past and not self.exempt else 0.0

    @property
    def reduction(self) -> float:
        """Seconds of overtime taken; they lower the balance because nothing is credited."""
        return self.due.reduction * HOUR


def worked_in(ledger: Ledger, year: int) -> Worked:
    """Seconds by person and local start day; an entry over midnight belongs to its first day."""
    zones = {user["id"]: user["timezone"] for user in ledger.rows("users")}
    # Two days of margin, since years begin earlier or later in other zones.
    since = noon("UTC", date(year, 1, 1)) - 2 * 86_400
    until = noon("UTC", date(year, 12, 31)) + 2 * 86_400
    found: Worked = {}
    for entry in ledger.entries.between(since, until):
        if entry.type == TIME and entry.users_id in zones and not entry.test_data:
            key = (entry.users_id, local_day(zones[entry.users_id], entry.time_since))
            found[key] = found.get(key, 0) + (entry.duration or 0)
    return found


def employed_in(ledger: Ledger, user: Row, year: int) -> bool:
    """Whether a report exists: the employment touches the year."""
    first = int((user["start_date"] or ledger.since.isoformat())[:4])
    return first <= year <= last_day(ledger, user).year


def report(ledger: Ledger, users_id: int, year: int, kind: int, worked: Worked) -> Row:
    """One row of `/userreports`, with as much detail as asked for.

    `sum_target` covers the whole year, `diff` only what is past; the balance is
    carry-over + sum of the days' differences - overtime paid out.
    """
    user = ledger.tables["users"][users_id]
    found = days_of(ledger, users_id, year, worked)
    carried = account(ledger, "overtime_carry", users_id, year, "hours") * HOUR
    paid = reduced(ledger, users_id, str(year))
    return {
        "users_id": users_id,
        "users_name": user["name"],
        "users_number": user["number"],
        "users_email": user["email"],
        **sums(found),
        "sum_reduction_used": sum(d.reduction for d in found if d.past),
        "sum_reduction_planned": sum(d.reduction for d in found if not d.past),
        "overtime_carryover": carried,
        "overtime_reduced": paid,
        "diff": carried + sum(d.diff for d in found) - paid,
        "holidays_quota": quota(ledger, user, year),
        "holidays_carry": account(ledger, "holidays_carry", users_id, year, "count"),
        "sum_absence": absence_sums(found),
        "surcharges": dict.fromkeys(SURCHARGES, 0),
        "workdays": sum(1 for d in found if d.due.gross),
        "month_details": months(ledger, users_id, found, kind) if kind >= MONTHS else None,
    }


def days_of(ledger: Ledger, users_id: int, year: int, worked: Worked) -> list[Day]:
    """Every day of the year."""
    calendar = Availability(ledger, users_id)
    today = ledger.now.date()
    exempt = bool(calendar.user["exempt_from_flextime"])
    return [
        Day(day, calendar.due(day), worked.get((users_id, day), 0), day <= today, exempt)
        for day in days(date(year, 1, 1), date(year, 12, 31))
    ]


def sums(found: list[Day]) -> Row:
    """Target and work of some days."""
    targets = [d.target for d in found if d.target is not None]
    worked = sum(d.worked for d in found if d.past)
    return {"sum_target": sum(targets) if targets else None, "sum_hours": worked}


def absence_sums(found: list[Day]) -> Row:
    """Days of absence by kind; a holiday in between does not count."""
    total: Row = dict.fromkeys(ABSENCE_NAMES.values(), 0)  # whole numbers are written at once
    for day in found:
        if not day.due.absences:
            continue
        free = day.due.holiday / day.due.gross if day.due.gross else 1.0
        for kind, share in day.due.absences:
            if kind in ABSENCE_NAMES:
                total[ABSENCE_NAMES[kind]] += min(share, 1 - free)
    return total


def months(ledger: Ledger, users_id: int, found: list[Day], kind: int) -> list[Row]:
    """Details by month."""
    rows = []
    for nr, group in groupby(found, key=lambda d: d.day.month):
        month = list(group)
        total = sums(month)
        paid = reduced(ledger, users_id, f"{month[0].day:%Y-%m}")
        rows.append(
            {
                "nr": nr,
                **total,
                "sum_hours_without_compensation": total["sum_hours"],
                "sum_reduction_used": sum(d.reduction for d in month if d.past),
                "sum_overtime_reduced": paid,
                "diff": sum(d.diff for d in month),
                "surcharges": dict.fromkeys(SURCHARGES, 0),
                "week_details": weeks(ledger, users_id, month, kind) if kind >= WEEKS else None,
            }
        )
    return rows


def weeks(ledger: Ledger, users_id: int, month: list[Day], kind: int) -> list[Row]:
    """Details by ISO week; a week over the end of a month shows up in both with its part."""
    times = {}
    if kind == DAYS_WITH_TIMES:
        recorded = (r for r in ledger.rows("work_times") if r["users_id"] == users_id)
        times = {r["date"]: r["intervals"] for r in recorded}
    rows = []
    for nr, group in groupby(month, key=lambda d: d.day.isocalendar().week):
        week = list(group)
        details = [day_row(d, times.get(d.day.isoformat(), []), kind) for d in week]
        rows.append(
            {
                "nr": nr,
                **sums(week),
                "sum_reduction_used": sum(d.reduction for d in week if d.past),
                "diff": sum(d.diff for d in week),
                "surcharges": dict.fromkeys(SURCHARGES, 0),
                "day_details": details if kind >= DAYS else None,
            }
        )
    return rows


def day_row(day: Day, intervals: list[Row], kind: int) -> Row:
    """One day; `weekday` counts from Monday as 1, which the vendor does not state."""
    row: Row = {
        "date": day.day.isoformat(),
        "weekday": day.day.isoweekday(),
        "nonbusiness": day.due.nonbusiness,
        "count_absence": absence_sums([day]),
        "count_reduction_used": day.reduction,
        "target": day.target,
        "target_raw": None if day.exempt else day.due.gross * HOUR,
        "surcharges": dict.fromkeys(SURCHARGES, 0),
    }
    if day.past:
        row |= {"hours": day.worked, "hours_without_compensation": day.worked, "diff": day.diff}
    if kind == DAYS_WITH_TIMES:
        row |= presence(intervals)
    return row


def presence(intervals: list[Row]) -> Row:
    """Start, end and breaks of a day at work."""
    breaks = [
        {"since": one["time_until"], "until": two["time_since"], "length": length(one, two)}
        for one, two in pairwise(intervals)
    ]
    start = intervals[0]["time_since"] if intervals else None
    return {
        "work_start": start,
        "work_end": intervals[-1]["time_until"] if intervals else None,
        "breaks": breaks,
    }


def length(one: Row, two: Row) -> int:
    """Seconds between two intervals."""
    return epoch_of(two["time_since"]) - epoch_of(one["time_until"])


def account(ledger: Ledger, table: str, users_id: int, year: int, column: str) -> float:
    """Carry-over of a person into a year."""
    rows = (r for r in ledger.rows(table) if r["users_id"] == users_id and r["year"] == year)
    return float(sum(row[column] for row in rows))


def reduced(ledger: Ledger, users_id: int, period: str) -> float:
    """Seconds of overtime paid out in a year or month."""
    rows = (r for r in ledger.rows("overtime_reductions") if r["users_id"] == users_id)
    return float(sum(row["hours"] * HOUR for row in rows if row["date"].startswith(period)))


def quota(ledger: Ledger, user: Row, year: int) -> float:
    """Days of holiday a year: the newest own row, or the company's default."""
    rows = [
        row
        for row in ledger.rows("holidays_quota")
        if row["users_id"] == user["id"]
        and row["year_since"] <= year <= (row["year_until"] or year)
    ]
    default = ledger.rows("company")[0]["holidays_count_default"]
    return float(max(rows, key=lambda r: int(r["year_since"]))["count"] if rows else default)
