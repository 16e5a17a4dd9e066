"""Days, instants and the way they are written."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = 86_400


@cache
def iso(epoch: int) -> str:
    """Write an instant as the API does: UTC, whole seconds, a Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))


def epoch_of(instant: datetime | str) -> int:
    """Seconds since 1970 of an aware datetime, or of one written with an offset or a Z."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return int(instant.timestamp())


@cache
def noon(zone: str, day: date) -> int:
    """12:00 by the wall clock; a night with a clock change lies safely before it."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).timestamp())


def wall(zone: str, day: date, seconds: int) -> int:
    """Instant of a wall-clock time in the working day, given in seconds since 0:00."""
    return noon(zone, day) - 12 * 3600 + seconds


def wall_at_night(zone: str, day: date, hour: int, minute: int = 0) -> int:
    """Instant of any wall-clock time; right on both sides of a clock change too."""
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
    return int(local.timestamp())


def local_day(zone: str, epoch: int) -> date:
    """Date on the calendar of that zone."""
    return datetime.fromtimestamp(epoch, ZoneInfo(zone)).date()


def utc_day(epoch: int) -> date:
    """Date in UTC."""
    return datetime.fromtimestamp(epoch, UTC).date()


def days(since: date, until: date) -> Iterator[date]:
    """Each day of a span, both ends included."""
    for n in range((until - since).days + 1):
        yield since + timedelta(days=n)


def day_of(text: str | None) -> date | None:
    """Read an ISO date that may be missing."""
    return date.fromisoformat(text) if text else None
