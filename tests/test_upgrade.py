"""A warehouse that an earlier release has filled is gone on with."""

import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.exits import Exit
from simulator.world import World
from tests.conftest import Account, served
from tests.truth import differences

# What 0.1.0 loaded and took snapshots of, from the first company there is, in a fiftieth of a year.
STORED = Path(__file__).parent / "stored" / "clockodo-0.1.0.duckdb.xz"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Account]:
    (tmp_path / "warehouse.duckdb").write_bytes(lzma.decompress(STORED.read_bytes()))
    with served(World(1, 0.02), tmp_path) as account:
        yield account


def test_nothing_is_loaded_again_and_history_stays(company: Account) -> None:
    """What reads the same is left alone; all cells are right, and what was known stays known."""
    began = "select min(dbt_valid_from) from snapshots.snap_clockodo__users"
    first = company.query(began)
    company.world.edit_entry(next(iter(company.world.entries)).id, text="Said later")

    outcome = company.sync(models=True, full=True)

    assert outcome.exit == Exit.DONE, outcome.troubles
    assert outcome.built is not None
    changed = {
        n: t.changes for n, t in outcome.report.tables.items() if any(vars(t.changes).values())
    }
    assert {name: change.updated for name, change in changed.items()} == {"time_entries": 1}
    assert differences(company) == []
    assert company.query(began) == first
