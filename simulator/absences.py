"""Absences of every type and every state."""

from datetime import date, timedelta
from random import Random

from simulator.capacity import APPROVED, OVERTIME_REDUCTION, Availability
from simulator.instants import days
from simulator.store import OWNER, Ledger, Row

SICK = {4, 5}
HOLIDAY, SICK_SELF, HOME_OFFICE = 1, 4, 8
# Each of the rarer types happens to somebody: type and length in days.
RARE = (
    *((2, 1), (3, 2), (5, 2), (6, 3), (7, 40), (9, 2), (10, 1), (11, 3)),
    *((12, 1), (13, 5), (14, 5), (15, 12)),
)
OTHER_STATES = (0, 2, 3, 4)


def fill(ledger: Ledger) -> None:
    """Give everybody holidays and colds, and somebody each of the rest."""
    for n, user in enumerate(ledger.rows("users")):
        chance = ledger.chance(f"absences/{user['id']}")
        calendar = Availability(ledger, user["id"])
        until = min(calendar.exit, ledger.now.date() + timedelta(days=150))
        # The rare ones first: whatever comes later has to make room.
        plan = [(until - timedelta(days=60), kind, size) for kind, size in rare_of(n)]
        plan += yearly(chance, calendar.start, until)
        for day, kind, length in plan:
            book(ledger, calendar, (day, kind, length), chance)
    fill_other_states(ledger)


def rare_of(n: int) -> list[tuple[int, int]]:
    """Tell the rare types that fall to the n-th member."""
    return [RARE[n // 2]] if n % 2 == 0 and n // 2 < len(RARE) else []


def yearly(chance: Random, since: date, until: date) -> list[tuple[date, int, int]]:
    """Draw a year's usual absences again and again: summer, winter, colds, days at home."""
    plan = []
    for year in range(since.year, until.year + 1):
        for month, length in ((8, 11), (12, 5), (4, 4), (10, 3)):
            plan.append((date(year, month, chance.randint(1, 20)), HOLIDAY, length))
        plan += [(some_day(chance, year), HOLIDAY, 1) for _ in range(3)]
        plan.append((some_day(chance, year), HOLIDAY, 0))
        plan += [(some_day(chance, year), SICK_SELF, chance.randint(1, 4)) for _ in range(2)]
        plan.append((some_day(chance, year), HOME_OFFICE, 1))
    return [item for item in plan if since <= item[0] <= until]


def some_day(chance: Random, year: int) -> date:
    """Draw any day of the year but the last week."""
    return date(year, 1, 1) + timedelta(days=chance.randrange(355))


def book(
    ledger: Ledger, calendar: Availability, wish: tuple[date, int, int], chance: Random
) -> None:
    """Enter an absence of so many days (0: half a day) from the first free working day on."""
    day, kind, length = wish
    half = length == 0
    span = free_days(calendar, day, max(1, length))
    # Nobody is sick in advance.
    if not span or (kind == SICK_SELF and span[-1] > ledger.now.date()):
        return
    counted = sum(1 - (calendar.holiday(d) or 0.0) for d in span if calendar.gross(d))
    row = absence_row(ledger, kind, span, chance)
    row["users_id"] = calendar.user["id"]
    if kind == OVERTIME_REDUCTION:
        # Hours instead of days, as the API gives this one type.
        row["count_hours"] = sum(calendar.gross(d) for d in span)
    else:
        row["count_days"] = 0.5 if half else float(counted)
    calendar.add(ledger.tables["absences"][ledger.add("absences", **row)])


def free_days(calendar: Availability, day: date, length: int) -> list[date]:
    """Span of working days from the first free one on, cut where another absence begins."""
    for _ in range(10):
        if calendar.gross(day) and day not in calendar.away and not calendar.holiday(day):
            break
        day += timedelta(days=1)
    span: list[date] = []
    for step in days(day, day + timedelta(days=length * 7 // 5)):
        if step in calendar.away or step > calendar.exit or len(span) >= length + length // 3:
            break
        span.append(step)
    while span and not calendar.gross(span[-1]):
        span.pop()
    return span[:1] if length == 1 else span


def absence_row(ledger: Ledger, kind: int, span: list[date], chance: Random) -> Row:
    """Every key of an approved absence but the person and the count."""
    asked = max(ledger.since, span[0] - timedelta(days=chance.randint(0, 40)))
    asked = min(asked, ledger.now.date())
    return {
        "date_since": span[0].isoformat(),
        "date_until": span[-1].isoformat(),
        "status": APPROVED,
        "type": kind,
        "count_days": None,
        "count_hours": None,
        "sick_note": len(span) > 2 if kind in SICK else None,  # noqa: PLR2004 - due from the third day on
        "note": "See you soon" if chance.random() < 0.1 else None,  # noqa: PLR2004 - one in ten
        "public_note": None,
        "date_enquired": asked.isoformat(),
        "date_approved": asked.isoformat(),
        "approved_by": OWNER,
    }


def fill_other_states(ledger: Ledger) -> None:
    """Add requests that are open, declined or taken back, two of each."""
    users = [u for u in ledger.rows("users") if u["active"]]
    for n in range(8):
        user, status = users[n + 3], OTHER_STATES[n % 4]
        calendar = Availability(ledger, user["id"])
        start = ledger.now.date() + timedelta(days=20 if status == 0 else -40 - n)
        span = free_days(calendar, start, 2)
        if not span:
            continue
        row = absence_row(ledger, HOLIDAY, span, ledger.chance(f"states/{n}"))
        row |= {"status": status, "count_days": float(len(span)), "users_id": user["id"]}
        if status == 0:
            row |= {"date_approved": None, "approved_by": None}
        ledger.add("absences", **row)
