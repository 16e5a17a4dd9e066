"""The sweep: whatever was changed in old months, however little shows of it, is found in turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api_extract.windows import Window, months
from pipelines.sweep import Old, Sweep
from tests.conftest import Account
from tests.trackers import CLOCKIFY, Tracker
from tests.truth import differences, of_entries

MakeAccount = Callable[..., Account]
SWEEPING = {"sweep_requests": 2}


@pytest.mark.long
def test_a_text_that_no_sum_shows_is_found_within_the_days_that_are_told(
    account: MakeAccount, tracker: Tracker
) -> None:
    """Day by day some months more; what reads the same is not loaded, and no day reads twice."""
    company = account(tracker, years=1.0, loaded=True)
    if tracker is CLOCKIFY:
        company.app.switches.feed = "refused"
    entries = sorted(company.world.entries, key=lambda e: e.time_since)
    for number in (10, 4_000, 8_000):
        company.world.edit_entry(entries[number].id, text="A word that no report adds up")
    company.world.advance(timedelta(days=1))
    first = company.sync(tracker.entries, setting=SWEEPING)
    assert first.swept_within is not None
    assert company.sync(tracker.entries, setting=SWEEPING).packages == 0

    for _ in range(first.swept_within - 1):
        company.world.advance(timedelta(days=1))
        company.sync(tracker.entries, setting=SWEEPING)

    assert differences(company, of_entries(company)) == []


@example(rows=[1, 1_000, 999], budget=7)  # a page that the rows of two runs fill together
@given(rows=st.lists(st.integers(0, 9_000), min_size=1, max_size=60), budget=st.integers(1, 40))
def test_each_month_has_its_turn_within_the_days_that_are_told(
    rows: list[int], budget: int
) -> None:
    """However much there is in it; and a second run of the day reads nothing more than is left."""
    today = date(2020, 1, 1)
    windows = months(today, today + timedelta(days=31 * len(rows)))[: len(rows)]
    old = [Old(window, today, count) for window, count in zip(windows, rows, strict=True)]
    told = Sweep(old, budget, 3, 2, today).days or 0
    read: set[Window] = set()
    for _ in range(told):
        today += timedelta(days=1)
        chosen = Sweep(old, budget, 3, 2, today).months
        assert chosen
        read |= {*chosen}
        fresh = [replace(each, read_on=today) for each in old if each.month in chosen]
        old = [each for each in old if each.month not in chosen] + fresh
        assert Sweep(old, budget, 3, 2, today).months == ()

    assert read == {*windows}
