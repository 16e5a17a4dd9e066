from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_extract.windows import Window, halves, midnight, months, spans, year_of, years

# A shared machine may be slow.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/Sao_Paulo",  # midnight itself was skipped in spring
    "America/New_York",
    "Australia/Lord_Howe",  # shifts by half an hour
    "Asia/Kolkata",
    "Africa/Casablanca",  # shifts for Ramadan
    "Pacific/Apia",  # 30 December 2011 never was
    "Pacific/Kiritimati",
]
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(2000, 1, 1), date(2038, 12, 31))
moments = st.datetimes(datetime(2000, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
lengths = st.integers(0, 1500).map(timedelta)


@unhurried
@given(since=days, length=lengths)
def test_months_and_years_cover_every_day_once(since: date, length: timedelta) -> None:
    """No day of a span is left out or in two windows, and none at its ends is for nothing."""
    until = since + length
    for windows in (months(since, until), years(since, until)):
        for one, following in pairwise(windows):
            assert one.until == following.since
        if since < until:
            assert windows[0].since <= since < windows[0].until
            assert windows[-1].since < until <= windows[-1].until
        else:
            assert windows == []


@unhurried
@given(since=days, length=lengths)
def test_months_and_years_are_those_of_the_calendar(since: date, length: timedelta) -> None:
    """A window is the same one from wherever it is looked at, so that it can be remembered."""
    until = since + length

    for month in months(since, until):
        assert month.since.day == month.until.day == 1
        assert 28 <= (month.until - month.since).days <= 31
    for year in years(since, until):
        assert (year.since, year.until) == (date(y := year.since.year, 1, 1), date(y + 1, 1, 1))


@unhurried
@given(moment=moments, zone=zones)
def test_each_moment_lies_in_the_window_of_its_local_day(moment: datetime, zone: ZoneInfo) -> None:
    """Work at five to midnight belongs to the old day and month, whatever the clocks do."""
    day = moment.astimezone(zone).date()
    month = next(iter(months(day, day + timedelta(days=1))))

    for window in (Window(day, day + timedelta(days=1)), month, year_of(day)):
        since, until = window.bounds(zone)
        assert since <= moment < until


@unhurried
@given(since=days, length=lengths, zone=zones)
def test_windows_meet_in_every_zone(since: date, length: timedelta, zone: ZoneInfo) -> None:
    """The instant that ends a window begins the next; both are UTC, and time runs forward."""
    bounds = [window.bounds(zone) for window in months(since, since + length)]

    assert all(one[1] == following[0] for one, following in pairwise(bounds))
    assert all(begin < end and begin.tzinfo is end.tzinfo is UTC for begin, end in bounds)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 10, 26), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, day: date, hours: float) -> None:
    """In Berlin the last Sunday of March has 23 hours and that of October 25."""
    since, until = Window(day, day + timedelta(days=1)).bounds(ZoneInfo(zone))

    assert until - since == timedelta(hours=hours)


def test_midnight_in_berlin_is_another_instant_in_summer() -> None:
    """It is eleven at night in UTC in winter, and ten in summer."""
    berlin = ZoneInfo("Europe/Berlin")

    assert midnight(date(2026, 1, 1), berlin) == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert midnight(date(2026, 7, 1), berlin) == datetime(2026, 6, 30, 22, tzinfo=UTC)


windows_with_holes = st.builds(
    lambda since, length, skipped: [
        w for n, w in enumerate(months(since, since + length)) if n not in skipped
    ],
    days,
    lengths,
    st.sets(st.integers(0, 48)),
)


@unhurried
@given(windows=windows_with_holes, longest=st.integers(1, 900).map(timedelta), data=st.data())
def test_spans_keep_every_window_and_no_hole(
    windows: list[Window], longest: timedelta, data: st.DataObject
) -> None:
    """Groups are adjacent windows in order, none too long, and none that could join the next."""
    groups = spans(data.draw(st.permutations(windows)), longest)

    assert list(chain(*groups)) == windows
    for group in groups:
        assert all(one.until == following.since for one, following in pairwise(group))
        assert len(group) == 1 or group[-1].until - group[0].since <= longest
    for one, following in pairwise(groups):
        apart = one[-1].until != following[0].since
        assert apart or following[0].until - one[0].since > longest


@unhurried
@given(windows=windows_with_holes)
def test_halves_lose_nothing_and_are_smaller(windows: list[Window]) -> None:
    """A group of several windows becomes two smaller ones, with which one can go on."""
    first, second = halves(windows)

    assert first + second == windows
    assert len(windows) < 2 or (first and second)


@unhurried
@given(a=days, b=days, c=days, d=days)
def test_windows_overlap_where_they_share_a_day(a: date, b: date, c: date, d: date) -> None:
    """Windows that only touch do not overlap."""
    one, other = Window(min(a, b), max(a, b)), Window(min(c, d), max(c, d))
    shared = max(one.since, other.since) < min(one.until, other.until)

    if one.since < one.until and other.since < other.until:
        assert one.overlaps(other) == other.overlaps(one) == shared
    assert not Window(a, a + timedelta(days=1)).overlaps(Window(a + timedelta(days=1), date.max))
