from collections import Counter

import pytest

from benchmarks.scale import OF_ENTRIES, OF_PEOPLE, Measured, scale
from benchmarks.throughput import measure, table
from simulator.world import World

YEARS = 0.05


@pytest.mark.long
def test_every_stage_reads_every_entry() -> None:
    """A ratio compares the same work; how long it took is not for a test to say."""
    stages = measure(YEARS, rounds=1)

    printed = "\n".join(table(stages))
    assert {stage.entries for stage in stages} == {len(World(years=YEARS).entries)}
    assert all(f"\n{stage.name} " in printed for stage in stages)


def test_what_grows_with_people_is_multiplied_and_what_does_not_is_not() -> None:
    """By hand: 4 lists, a request a person, and pages of 1,000, of 2,000 entries a year each."""
    first = Counter({"/lists": 4, OF_ENTRIES: 20, OF_PEOPLE: 10})
    quiet = Counter({"/lists": 4, OF_ENTRIES: 1, OF_PEOPLE: 10})
    found = Measured(first, quiet, 5, people=10, entries=20_000, years=1, bytes=2_000_000)
    ten, hundred, many = (scale(found, people) for people in (10, 100, 2_000))

    assert (ten.entries, hundred.entries) == (100_000, 1_000_000)
    assert (ten.first, hundred.first) == (4 + 100 + 50, 4 + 1_000 + 500)
    assert ten.a_sync == 4 + 26 + 10
    assert ten.syncs_a_day == (20_000 - 25 - 20) // 40
    assert ten.bytes == 10_000_000
    assert (many.companies, many.first) == (2, scale(found, 1_000).first)
