"""What is measured is the same work for all, and what is multiplied is what grows."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

import pytest

from benchmarks.scale import OF_ENTRIES, OF_PEOPLE, Measured, scale
from benchmarks.shelf import FIRST_ID, Shelf
from benchmarks.throughput import LIMIT, STAGES, measure, table

ENTRIES = 2_000


@pytest.mark.long
def test_every_contender_loads_every_entry() -> None:
    """A ratio compares the same work; how long it took is not for a test to say."""
    found = measure(ENTRIES, [LIMIT, "timehouse", "parquet", "rest_api"], 1)
    printed = "\n".join(table(found, LIMIT))
    assert {*found} == {LIMIT, *STAGES, "parquet", "rest_api"}
    assert all(f"| {name} |" in printed for name in found)


def test_the_shelf_tells_each_entry_once_however_windows_are_cut(tmp_path: Path) -> None:
    """Pages of adjacent windows add up to all entries, each inside its window."""
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    row = {"id": 1, "time_since": "", "time_until": "", "duration": 60, "time_last_change": ""}
    shelf = Shelf(tmp_path / "shelf", [row], 1_000, since=since, until=until)
    cuts = [since + (until - since) / 7 * n for n in range(8)]
    found = []
    for begin, end in pairwise(cuts):
        for number in count(1):
            page = json.loads(shelf.page(begin, end, number, 50, edited=number % 2 == 0))
            pages = page["paging"]["count_pages"]
            found += page["entries"]
            inside = [datetime.fromisoformat(e["time_since"]) for e in page["entries"]]
            assert all(begin <= moment < end for moment in inside)
            if number >= pages:
                break
    assert [row["id"] - FIRST_ID for row in found] == [*range(1_000)]


def test_what_grows_with_people_is_multiplied_and_what_does_not_is_not() -> None:
    """By hand: 4 lists, pages of 1,000, 2,000 entries a year each, a request a person and day."""
    first = Counter({"/lists": 4, OF_ENTRIES: 20, OF_PEOPLE: 10})
    daily = Counter({"/lists": 4, OF_ENTRIES: 1, OF_PEOPLE: 10})
    quiet = Counter({"/lists": 3, OF_ENTRIES: 1})
    found = Measured(
        first, quiet, daily, 5, people=10, entries=20_000, near=500, years=1, bytes=2_000_000
    )
    ten, hundred, many = (scale(found, people) for people in (10, 100, 2_000))

    assert (ten.entries, hundred.entries) == (100_000, 1_000_000)
    assert (ten.first, hundred.first) == (4 + 100 + 50, 4 + 1_000 + 500)
    assert (ten.a_sync, hundred.a_sync) == (3 + 1, 3 + 5)
    assert (ten.daily, hundred.daily) == (4 + 1 + 10, 4 + 5 + 100)
    assert ten.a_day == 15 + 23 * 4 + 25 + 20
    assert ten.syncs_a_day == 1 + (20_000 - 25 - 20 - 15) // 4
    assert ten.bytes == 10_000_000
    assert (many.companies, many.first) == (2, scale(found, 1_000).first)
