"""The widest spans that may be asked for end, and in no error of arithmetic."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from api_extract.run import Options
from pipelines.sync import sync
from tests.conftest import Account
from tests.trackers import CLOCKIFY, CLOCKODO, Tracker

FIRST, LAST = date(2000, 1, 1), date(2037, 12, 31)
EARLY, LATE = datetime(2000, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tracker", "start", "now"),
    [
        *product([CLOCKODO], (FIRST, LAST), (EARLY,)),
        pytest.param(CLOCKODO, FIRST, LATE, marks=pytest.mark.long),  # all years there are
        (CLOCKODO, LAST, LATE),
        (CLOCKIFY, FIRST, LATE),
        (CLOCKIFY, LAST, EARLY),
    ],
)
def test_the_widest_settings_are_read_to_the_end(
    tracker: Tracker, account: Callable[..., Account], start: date, now: datetime
) -> None:
    """At either end of the years that are allowed, with the longest look-back and horizon."""
    company = account(tracker)
    widest = replace(company.settings, start_date=start, horizon_days=3_650, lookback_days=36_500)

    outcome = sync(company.place, widest, Options(now), models=False)

    assert outcome.troubles == []


def test_calendars_end_where_the_years_of_the_tracker_end(account: Callable[..., Account]) -> None:
    """A horizon that goes further is no reason to ask for a year that is refused."""
    company = account()
    widest = replace(company.settings, horizon_days=3_650)
    late = Options(datetime(2028, 12, 31, tzinfo=UTC))

    outcome = sync(company.place, widest, late, ["nonbusiness_days"], models=False)

    assert outcome.report.resources["nonbusiness_days"].status == "loaded"


def test_nothing_is_read_before_the_start_date(
    tracker: Tracker, account: Callable[..., Account]
) -> None:
    """Though some days are asked for that lie before it."""
    company = account(tracker)
    outcome = company.sync(tracker.entries, until=date(2026, 10, 1), setting={"start_date": LAST})

    assert outcome.report.resources[tracker.entries].rows == 0
