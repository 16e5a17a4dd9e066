"""Which spans of time to read again, from what is known and the present moment; all pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# The years that calendars and instants of 32 bits reach.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2037, 12, 31)
LONGEST_HORIZON, LONGEST_LOOKBACK = 3_650, 36_500  # days
MOST_SWEPT = 10_000  # requests a day


@dataclass(frozen=True, order=True)
class Window:
    """A half-open span [since, until) of local dates; the unit that is compared and replaced."""

    since: date
    until: date

    @property
    def key(self) -> str:
        """The name under which the window is remembered."""
        return f"{self.since}/{self.until}"

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the instants, in UTC, at which its first and its last day begin and end."""
        return midnight(self.since, zone), midnight(self.until, zone)

    def overlaps(self, other: "Window") -> bool:
        """Tell whether some day lies in both."""
        return self.since < other.until and other.since < self.until


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which a local day begins."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def month_of(day: date) -> Window:
    """Return the calendar month that holds a day."""
    first = day.replace(day=1)
    return Window(first, (first + timedelta(days=32)).replace(day=1))


def month_at(moment: datetime, zone: ZoneInfo) -> Window | None:
    """Return the calendar month of an instant; None at the end of all calendars."""
    try:
        return month_of(moment.astimezone(zone).date())
    except OverflowError:
        return None


def year_of(day: date) -> Window:
    """Return the calendar year that holds a day."""
    return Window(date(day.year, 1, 1), date(day.year + 1, 1, 1))


def months(since: date, until: date) -> list[Window]:
    """Return the calendar months that cover [since, until), in order."""
    windows = []
    day = since
    while day < until:
        windows.append(month_of(day))
        day = windows[-1].until
    return windows


def years(since: date, until: date) -> list[Window]:
    """Return the calendar years that cover [since, until), in order."""
    windows = []
    day = since
    while day < until:
        windows.append(year_of(day))
        day = windows[-1].until
    return windows


def spans(windows: Iterable[Window], longest: timedelta) -> list[list[Window]]:
    """Group adjacent windows, so that one request can ask for several.

    No group is longer than `longest`, unless a single window is.
    """
    groups: list[list[Window]] = []
    for window in sorted(windows):
        last = groups[-1] if groups else None
        if last and last[-1].until == window.since and window.until - last[0].since <= longest:
            last.append(window)
        else:
            groups.append([window])
    return groups


def pieces(windows: Sequence[Window], most: int) -> list[list[Window]]:
    """Cut a group into groups of at most so many windows, and at least one."""
    size = max(1, most)
    return [list(windows[n : n + size]) for n in range(0, len(windows), size)]


def halves(windows: Sequence[Window]) -> list[list[Window]]:
    """Split a group of several windows in two."""
    middle = len(windows) // 2
    return [list(windows[:middle]), list(windows[middle:])]
