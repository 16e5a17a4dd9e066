"""A long history is loaded package by package, each of bounded size."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import Account
from tests.crash import dying
from tests.trackers import Tracker
from tests.truth import differences

MakeAccount = Callable[..., Account]
YEARS, MONTHS = 0.25, 4  # a month of it has some 1,500 entries, or none


@pytest.fixture
def company(account: MakeAccount, tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Make a company of which each month that holds entries fills a package."""
    monkeypatch.setattr("pipelines.sync.PACKAGE", 100)
    module, name = tracker.longest
    monkeypatch.setattr(sys.modules[module], name, timedelta(days=31))
    made = account(tracker, years=YEARS)
    made.settings = replace(made.settings, lookback_days=0)
    return made


@pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.long)])
def test_packages_add_up_to_what_the_tracker_tells(company: Account, *, full: bool) -> None:
    """Each list is read once, however many packages there are, and nothing is left for later."""
    found = company.sync(full=full)
    assert found.packages >= MONTHS
    assert differences(company) == []
    tables = found.report.tables
    assert tables["users"].windows == 1
    assert tables[company.tracker.table].changes.inserted == tables[company.tracker.table].read
    assert company.sync().packages == 0


def test_a_run_that_dies_leaves_the_packages_before_it(company: Account) -> None:
    """The next one reads no entry again that was loaded by them, and all that was not."""
    assert dying("loaded", company.sync, packages=2) == 9 << 8
    table = f"{company.tracker.raw}.{company.tracker.table}"
    ((loaded,),) = company.query(f"select count(*) from {table}")[1]
    assert loaded > 0

    found = company.sync()

    assert differences(company) == []
    ((whole,),) = company.query(f"select count(*) from {table}")[1]
    assert found.report.tables[company.tracker.table].read == whole - loaded
