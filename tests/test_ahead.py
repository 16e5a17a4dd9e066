"""Entries are read ahead of what is compared and written, and no further than that is needed."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from api_extract.changes import Changes
from clockodo_source.entries import ABREAST
from tests.conftest import Account
from tests.trackers import CLOCKODO
from tests.truth import differences

LIST = "/v2/entries"


@pytest.fixture
def company(account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch) -> Account:
    """Make a company of which each month is a span, several of them read ahead."""
    module, longest = CLOCKODO.longest
    monkeypatch.setattr(sys.modules[module], longest, timedelta(days=31))
    monkeypatch.setattr("api_extract.entry_rows.ROWS_AT_ONCE", 150)
    return account(CLOCKODO, years=1)


def test_what_is_read_ahead_is_loaded_in_its_place(company: Account) -> None:
    """Every cell, on first sight and when all is read again."""
    company.sync()
    assert differences(company) == []
    assert company.sync("entries", full=True).packages == 0


def test_packages_fill_up_with_spans_that_turn_out_too_long(
    company: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read ahead belongs to the package, and what was cut meanwhile to the next."""
    module, longest = CLOCKODO.longest
    monkeypatch.setattr(sys.modules[module], longest, timedelta(days=62))
    monkeypatch.setattr(sys.modules[module], "MOST_PAGES", 1)
    monkeypatch.setattr("pipelines.sync.PACKAGE", 2500)

    assert company.sync().packages > 5
    assert differences(company) == []


def test_nothing_is_asked_for_once_a_load_has_failed(
    company: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who stops a load, or meets an error, does not wait for what nobody will read."""
    asked = []

    def fail(*_: Any) -> NoReturn:  # noqa: ANN401 - whatever it is given
        asked.append(company.app.counts[LIST])
        raise ZeroDivisionError

    monkeypatch.setattr(Changes, "replace", fail)
    slow = [lambda: time.sleep(0.2)] * 99
    with company.meeting(*slow, path=LIST), pytest.raises(Exception, match="step=extract"):
        company.sync("entries")
    assert company.app.counts[LIST] <= asked[0] + ABREAST  # which were under way


def test_nothing_is_asked_for_after_a_refusal(company: Account) -> None:
    """A key that is not accepted any more is not tried on the next span."""
    lose = lambda: setattr(company.app, "key", "another")  # noqa: E731 - one word
    with company.meeting(None, lose, path=LIST), pytest.raises(Exception, match="401"):
        company.sync("entries")
    assert company.app.counts[LIST] <= 1 + ABREAST
