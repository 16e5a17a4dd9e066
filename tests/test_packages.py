"""A long history is loaded package by package, each of bounded size."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from api_extract.windows import months
from clockodo_source.tables import BY_NAME
from pipelines.ledger import Ledger
from pipelines.sweep import sweep
from pipelines.systems import SYSTEMS
from tests.conftest import Account
from tests.crash import dying
from tests.edits import complete_one
from tests.trackers import CLOCKIFY, CLOCKODO, Tracker
from tests.truth import differences

MakeAccount = Callable[..., Account]
YEARS, MONTHS = 0.25, 4  # a month of it has some 1,500 entries, or none


def by_month(monkeypatch: pytest.MonkeyPatch, tracker: Tracker) -> None:
    """Let a month's entries fill a package."""
    monkeypatch.setattr("pipelines.sync.PACKAGE", 100)
    module, name = tracker.longest
    monkeypatch.setattr(sys.modules[module], name, timedelta(days=31))


@pytest.fixture
def company(account: MakeAccount, tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Make a company of which each month that holds entries fills a package."""
    by_month(monkeypatch, tracker)
    made = account(tracker, years=YEARS)
    made.settings = replace(made.settings, lookback_days=0)
    return made


@pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.long)])
def test_packages_add_up_to_what_the_tracker_tells(company: Account, *, full: bool) -> None:
    """Each list is read once, however many packages there are, and nothing is left for later."""
    found = company.sync(full=full)
    assert found.packages >= MONTHS
    counts = Counter(company.app.counts)
    assert counts[company.tracker.identity_path] == 1
    if company.tracker is CLOCKODO:
        assert counts[BY_NAME["projects"].path] == 2  # once before all entries
    assert differences(company) == []
    tables = found.report.tables
    assert tables["users"].windows == 1
    read = tables[company.tracker.table]
    assert read.unchanged_windows == (company.tracker is CLOCKIFY)  # a month that its feed tells
    assert read.unchanged_windows or read.changes.inserted == read.read
    assert company.sync().packages == 0


def test_a_run_that_dies_leaves_the_packages_before_it(company: Account) -> None:
    """The next one reads no entry again that was loaded by them, and all that was not.

    But what has changed of what they hold; and all of it has its turn in the sweep.
    """
    assert dying("loaded", company.sync, packages=2) == 9 << 8
    table = f"{company.tracker.raw}.{company.tracker.table}"
    ((loaded,),) = company.query(f"select count(*) from {table}")[1]
    assert loaded > 0

    found = company.sync()

    assert differences(company) == []
    ((whole,),) = company.query(f"select count(*) from {table}")[1]
    read = found.report.tables[company.tracker.table]
    assert read.changes.inserted == whole - loaded
    assert read.unchanged_windows == (company.tracker is CLOCKIFY)  # a month that its feed tells
    ledger = Ledger(company.place.pipeline(), company.place)
    told = sweep(ledger, SYSTEMS[company.tracker.name], company.settings, company.world.now)
    first, today = company.settings.start_date, company.world.now.date()
    assert {each.month for each in told.old} == {
        month for month in months(first, today) if month.until <= today
    }


def test_what_a_package_holds_is_read_again_where_its_revenue_has_changed(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the next package is the first that could have seen what it was before."""
    by_month(monkeypatch, CLOCKODO)
    company = account(years=YEARS)
    company.settings = replace(company.settings, lookback_days=0)
    assert dying("loaded", company.sync, packages=MONTHS - 1) == 9 << 8
    complete_one(company.world)

    company.sync()

    assert differences(company) == []
