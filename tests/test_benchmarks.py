import pytest

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
