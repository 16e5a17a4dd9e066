"""Entries are read ahead of what is compared and written, and no further than that is needed.

Lists do not wait for each other either.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import dlt
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from api_extract.changes import Changes
from api_extract.limits import DAY, Limit
from clockodo_source import Options, clockodo
from clockodo_source.entries import ABREAST
from clockodo_source.tables import BY_NAME
from clockodo_source.tables_work import WORK
from pipelines.exits import Exit
from simulator import faults
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
    """What was read ahead belongs to the package, what was cut meanwhile to the next."""
    module, longest = CLOCKODO.longest
    monkeypatch.setattr(sys.modules[module], longest, timedelta(days=62))
    monkeypatch.setattr(sys.modules[module], "MOST_PAGES", 1)
    monkeypatch.setattr("pipelines.sync.PACKAGE", 5000)

    assert company.sync().packages > 2
    _, loads = company.query(
        f"select count(*) from {CLOCKODO.raw}.time_entries group by _dlt_load_id"
    )
    assert max(loads) < (2 * 5000,)
    assert differences(company) == []


def test_the_last_requests_of_a_day_are_for_the_first_months(
    company: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not shared among several, of which none would be read to its end."""
    monkeypatch.setattr(CLOCKODO.limits, (Limit(9, DAY),))
    setting = {"start_date": company.world.since}
    assert company.sync("entries", setting=setting).exit == Exit.THEIR_MOVE
    assert company.query(f"select count(*) > 0 from {CLOCKODO.raw}.time_entries")[1] == [(True,)]


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


def test_who_stops_a_sync_hears_of_no_failure(
    company: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is no error of anybody, nobody is alerted, and the next run goes on."""

    def stop(*_: Any) -> NoReturn:  # noqa: ANN401 - whatever it is given
        raise KeyboardInterrupt

    with monkeypatch.context() as here:
        here.setattr(Changes, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            company.sync("entries")
    company.sync()
    failed = f"select count(*) from {CLOCKODO.raw}.resource_status where status = 'failed'"
    assert company.query(failed)[1] == [(0,)]
    assert differences(company) == []


def test_nothing_is_asked_for_after_a_refusal(company: Account) -> None:
    """A key that is not accepted any more is not tried on the next span."""
    lose = lambda: setattr(company.app, "key", "another")  # noqa: E731 - one word
    with company.meeting(None, lose, path=LIST), pytest.raises(Exception, match="401"):
        company.sync("entries")
    assert company.app.counts[LIST] <= 1 + ABREAST


def test_lists_do_not_wait_for_each_other(account: Callable[..., Account]) -> None:
    """The first of a few is answered after the last was asked for; each has its own requests."""
    company = account(CLOCKODO)
    first, last = "/v3/customers", "/v4/rates"
    met = []

    async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(100):
            if company.app.counts[last]:
                break
            await asyncio.sleep(0.05)
        met.append(company.app.counts[last])
        await app(scope, receive, send)

    with company.meeting(faults.Fault(answer), path=first):
        report = company.sync().report
    assert met == [1]
    assert company.app.counts.total() == report.requests
    counted = {r.name: report.resources[r.name].requests for r in WORK}
    for name in ("projects", "subprojects"):
        counted[name] += 1  # with the entries, as their revenue hangs on it
    assert counted == {r.name: company.app.counts[r.path] for r in WORK}
    assert differences(company) == []


def test_a_list_that_ends_early_ends_the_run_in_order(account: Callable[..., Account]) -> None:
    """Of years that are asked for at once, those that came before the server had enough stay."""
    company = account(CLOCKODO)
    busy = [None, None, faults.status(503, retry_after=7_200)]
    with company.meeting(*busy, path="/v2/nonbusinessDays"):
        ended = company.sync()
    assert ended.exit == Exit.THEIR_MOVE
    assert ended.report.resources["nonbusiness_days"].rows > 0
    assert company.sync().exit == Exit.DONE
    assert differences(company) == []


@pytest.mark.parametrize("chosen", [("teams",), ("users", "absences")])
def test_what_dlt_leaves_out_is_not_asked_for(
    account: Callable[..., Account], tmp_path: Path, chosen: tuple[str, ...]
) -> None:
    """Who selects resources of the source, or cuts them short, asks for no others."""
    company = account(CLOCKODO)
    wanted = {BY_NAME[name].path for name in chosen}
    for times, name in enumerate(("short", "long"), 1):
        pipeline = dlt.pipeline(name, pipelines_dir=str(tmp_path), destination="duckdb")
        source = clockodo(company.settings, Options(company.world.now)).with_resources(*chosen)
        pipeline.extract(source.add_limit(1) if name == "short" else source)
        asked = {path: count for path, count in company.app.counts.items() if path in wanted}
        assert asked == dict.fromkeys(wanted, times)
        assert company.app.counts.keys() - wanted <= {"/v4/users/me", BY_NAME["company"].path}
