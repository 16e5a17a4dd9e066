"""What a person was due to work on a day: target hours, holidays, absences."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from simulator import holidays
from simulator.instants import day_of, days
from simulator.people import WEEKDAYS, last_day
from simulator.store import Ledger, Row

APPROVED, OVERTIME_REDUCTION = 1, 3
# These lower the target itself; the others are credited against it.
UNPAID = {10, 11, 12}
# Home office and out of office: the planned hours apply.
AT_WORK = {8, 9}


@dataclass(frozen=True, slots=True)
class Due:
    """Hours of one day; `absences` pairs each approved absence type with its share of the day."""

    gross: float
    holiday: float
    credited: float
    unpaid: float
    reduction: float
    nonbusiness: bool
    absences: tuple[tuple[int, float], ...]

    @property
    def target(self) -> float:
        """Hours after holidays and absences; an overtime reduction is taken from the balance."""
        return max(0.0, self.gross - self.holiday - self.credited - self.unpaid)

    @property
    def available(self) -> float:
        """Hours the person can be expected to work."""
        return max(0.0, self.target - self.reduction)


@cache
def workdays_of_month(year: int, month: int, pattern: tuple[bool, ...]) -> int:
    """How many days of a month fall on the given weekdays."""
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return sum(pattern[day.weekday()] for day in days(first, last))


class Availability:
    """One person's calendar as the master data stand when it is made."""

    def __init__(self, ledger: Ledger, users_id: int) -> None:
        self.ledger = ledger
        self.user = ledger.tables["users"][users_id]
        self.start = day_of(self.user["start_date"]) or ledger.since
        self.exit = last_day(ledger, self.user)
        own = [r for r in ledger.rows("target_hours") if r["users_id"] == users_id]
        self.targets = sorted(own, key=lambda row: row["date_since"], reverse=True)
        self.nonbusiness: dict[int, dict[date, float]] = {}
        self.away: dict[date, list[Row]] = {}
        for row in ledger.rows("absences"):
            if row["users_id"] == users_id and row["status"] == APPROVED:
                self.add(row)

    def add(self, absence: Row) -> None:
        """Take one more absence into account."""
        since, until = (date.fromisoformat(absence[k]) for k in ("date_since", "date_until"))
        for day in days(since, until):
            self.away.setdefault(day, []).append(absence)

    def gross(self, day: date) -> float:
        """Target hours before anything is taken off; 0 outside the employment."""
        if not self.start <= day <= self.exit:
            return 0.0
        if row := self.agreed(day):
            return hours_of(row, day)
        if not self.user["default_target_hours"]:
            return 0.0
        company = self.ledger.rows("company")[0]
        return float(company["target_hours_default"][WEEKDAYS[day.weekday()]])

    def agreed(self, day: date) -> Row | None:
        """Row of target hours that holds on a day; where two match, the later agreement counts."""
        written = day.isoformat()
        return next(
            (
                row
                for row in self.targets
                if row["date_since"] <= written <= (row["date_until"] or "9999-12-31")
            ),
            None,
        )

    def holiday(self, day: date) -> float | None:
        """Share of the day that is a holiday; None on an ordinary day."""
        if day.year not in self.nonbusiness:
            found: dict[date, float] = {}
            for when, rule in holidays.of_user(self.ledger, self.user["id"], day.year):
                found[when] = max(found.get(when, 0.0), 0.5 if rule["half_day"] else 1.0)
            self.nonbusiness[day.year] = found
        return self.nonbusiness[day.year].get(day)

    def due(self, day: date) -> Due:
        """Everything about one day."""
        gross, share = self.gross(day), self.holiday(day)
        holiday = gross * (share or 0.0)
        credited = unpaid = reduction = 0.0
        shares = []
        for row in self.away.get(day, ()) if gross else ():
            kind, part = row["type"], 0.5 if row["count_days"] == 0.5 else 1.0  # noqa: PLR2004 - half a day
            # An absence takes at most what the holiday left of the day.
            left = gross - holiday - credited - unpaid
            shares.append((kind, part))
            if kind == OVERTIME_REDUCTION:
                reduction += min(left, self.hours_of_reduction(row))
            elif kind in UNPAID:
                unpaid += min(left, gross * part)
            elif kind not in AT_WORK:
                credited += min(left, gross * part)
        nonbusiness = share is not None
        return Due(gross, holiday, credited, unpaid, reduction, nonbusiness, tuple(shares))

    def hours_of_reduction(self, row: Row) -> float:
        """Hours a day of an overtime reduction, spread evenly over the days it could fall on."""
        since, until = (date.fromisoformat(row[k]) for k in ("date_since", "date_until"))
        working = sum(1 for day in days(since, until) if self.gross(day))
        return float(row["count_hours"] or 0.0) / max(1, working)


def hours_of(row: Row, day: date) -> float:
    """Hours that a row of target hours gives to a day."""
    if row["type"] == "weekly":
        return float(row[WEEKDAYS[day.weekday()]])
    pattern = tuple(bool(row[f"workday_{name}"]) for name in WEEKDAYS)
    if not pattern[day.weekday()]:
        return 0.0
    return float(row["monthly_target"]) / workdays_of_month(day.year, day.month, pattern)
