"""Where a window begins and ends is not documented; no reading of it may matter."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from api_extract.entry_rows import between
from api_extract.windows import midnight, months
from pipelines.exits import Exit
from simulator import faults
from simulator.clockodo import Switches
from tests.conftest import Account
from tests.truth import differences, entries, truth

MakeAccount = Callable[..., Account]
READINGS: list[dict[str, Any]] = [  # each two of them
    {"window": "start", "since": "inclusive", "until": "inclusive"},
    {"window": "start", "since": "exclusive", "until": "exclusive"},
    {"window": "overlap", "since": "inclusive", "until": "exclusive"},
    {"window": "overlap", "since": "exclusive", "until": "inclusive"},
]


@pytest.mark.long
@pytest.mark.parametrize("reading", READINGS, ids=lambda r: "-".join(r.values()))
def test_entries_on_the_border_of_a_window_are_there_once(
    account: MakeAccount, reading: dict[str, Any]
) -> None:
    """Those that begin with a month, a second before, with the first day asked for, or go over."""
    company = account()
    company.app.switches = Switches(**reading)
    zone, day = ZoneInfo(company.world.timezone), company.world.now.date()
    borders = [midnight(m.since, zone) for m in months(date(2025, 1, 1), day)]
    for border in (*borders, midnight(day - timedelta(days=40), zone)):
        for seconds in (-1, 0, 1):
            begins = border + timedelta(seconds=seconds)
            if begins >= borders[0]:  # nothing before is read
                ends = begins + timedelta(hours=2)
                company.world.insert_entry(time_since=begins, time_until=ends)
    wanted = {(i,): row for i, row in entries(company).items() if row["type"] == 1}

    company.sync("entries")
    assert differences(company, {"time_entries": wanted}) == []
    company.sync("entries", since=day - timedelta(days=40), until=day)
    assert differences(company, {"time_entries": wanted}) == []


def test_presence_is_there_to_its_last_day(account: MakeAccount) -> None:
    """Whether the last day of a span counts is not documented either."""
    company = account(years=0.5)
    wanted = truth(company)["work_times"]
    assert any(day == "2026-06-30" for _, day in wanted), "nobody was there when a span ended"
    company.app.switches = Switches(until="exclusive")

    company.sync("work_times")

    assert differences(company, {"work_times": wanted}) == []


def test_rows_of_a_window_begin_before_its_end() -> None:
    """Midnight belongs to the day it begins, as windows that meet have it once."""
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    begins = [noon - timedelta(hours=n) for n in (2, 1, 0)]
    table = pa.table({"time_since": pa.array(begins, pa.timestamp("us", tz="UTC"))})

    assert between(table, "time_since", begins[0], noon)["time_since"].to_pylist() == begins[:2]


def test_an_answer_without_its_list_is_not_as_agreed(account: MakeAccount) -> None:
    """Another envelope is no empty list."""
    company = account(loaded=True)
    with company.meeting(faults.NO_ENVELOPE, path="/v3/teams"):
        outcome = company.sync("teams")

    assert outcome.exit == Exit.NOT_AS_AGREED
    assert outcome.troubles == ["teams: unexpected. GET /v3/teams: the answer has no data."]
    assert company.query("select count(*) > 1 from clockodo_raw.teams")[1] == [(True,)]
