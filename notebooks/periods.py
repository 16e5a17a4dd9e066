"""The periods a reader can choose, and how finely each is drawn."""

from datetime import date, timedelta

CHOSEN = "Chosen days"
DAY = timedelta(days=1)


def month(day: date, ahead: int = 0) -> date:
    """Return the first day of a month, so many months ahead."""
    number = day.year * 12 + day.month - 1 + ahead
    return date(number // 12, number % 12 + 1, 1)


def presets(as_of: date, first: date, last: date) -> dict[str, tuple[date, date]]:
    """Return periods by name: the first and the last day, the one under way to its end."""
    quarter = month(as_of, -((as_of.month - 1) % 3))
    year = as_of.year
    return {
        "Last 12 months": (month(as_of, -11), month(as_of, 1) - DAY),
        "This month": (month(as_of), month(as_of, 1) - DAY),
        "Last month": (month(as_of, -1), month(as_of) - DAY),
        "This quarter": (quarter, month(quarter, 3) - DAY),
        "Last quarter": (month(quarter, -3), quarter - DAY),
        "This year": (date(year, 1, 1), date(year, 12, 31)),
        "Last year": (date(year - 1, 1, 1), date(year - 1, 12, 31)),
        "All time": (min(first, as_of), max(last, as_of)),
    }


def unit(since: date, until: date) -> str:
    """Return the unit of time that gives a chart neither too few points nor too many."""
    days = (until - since).days + 1
    limits = {"day": 31, "week": 190, "month": 1_500, "quarter": 3_700}
    return next((name for name, most in limits.items() if days <= most), "year")


def chosen(first: str, last: str) -> tuple[date, date] | tuple[None, None]:
    """Read two days, in whatever order; None where one is no day."""
    try:
        one, two = (date.fromisoformat(text.strip()) for text in (first, last))
    except ValueError:
        return None, None
    return min(one, two), max(one, two)
