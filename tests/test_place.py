"""Where a run works: nobody else reads it, and no other warehouse meets it there."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from dlt.pipeline.exceptions import PipelineStepFailed
from filelock import Timeout

from api_extract.errors import YourMove
from clockodo_source import Options
from pipelines.models import _environment
from pipelines.place import Place
from pipelines.sync import Outcome, sync
from simulator.faults import status
from tests.conftest import Account
from tests.crash import dying
from tests.edits import edit_everything

MakeAccount = Callable[..., Account]


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Set what most systems set, and look that it is still set afterwards."""
    before = os.umask(mask)
    try:
        yield
    finally:
        assert os.umask(before) == mask


def open_to_others(folder: Path) -> list[Path]:
    """Return what somebody else may read, write or list."""
    return [p for p in folder.rglob("*") if stat.S_IMODE(p.stat().st_mode) & 0o077]


def people(company: Account, place: Place) -> Outcome:
    """Load one list, which is enough to fill a place."""
    return sync(place, company.settings, Options(company.world.now), ["users"], models=False)


def test_what_a_sync_makes_is_its_owners_alone(account: MakeAccount, tmp_path: Path) -> None:
    """Warehouse, working folder and lock, called from Python, where others may read by default."""
    company = account()
    with umask(0o022):
        company.sync()

    made = list(tmp_path.rglob("*"))
    assert {"warehouse.duckdb", ".timehouse", "lock", "trace.pickle"} <= {p.name for p in made}
    assert open_to_others(tmp_path) == []


def test_what_a_run_leaves_that_ends_badly_is_its_owners_alone(
    account: MakeAccount, tmp_path: Path
) -> None:
    """Where all may read and write by default; and what was closed before is not opened."""
    company = account()
    with umask(0):
        assert dying("normalized", company.sync) == 9 << 8
        assert open_to_others(tmp_path) == []
        assert dying("staged", company.sync) == 9 << 8
        assert {"warehouse.duckdb", "warehouse.duckdb.wal"} <= {p.name for p in tmp_path.iterdir()}
        assert open_to_others(tmp_path) == []
        with company.meeting(status(422), path="/v3/users"), pytest.raises(PipelineStepFailed):
            company.sync()
        assert open_to_others(tmp_path) == []


def test_a_caller_keeps_the_mask_when_a_run_fails(account: MakeAccount) -> None:
    """As it does where another run holds the warehouse."""
    company = account()
    with company.place.locked(), umask(0o022), pytest.raises(Timeout):
        company.sync()


def test_a_warehouse_of_two_names_has_one_lock(account: MakeAccount, tmp_path: Path) -> None:
    """Who calls it by a link finds it taken, and goes on with it once it is not."""
    company = account(loaded=True)
    link = tmp_path / "elsewhere" / "link.duckdb"
    link.parent.mkdir()
    link.symlink_to(company.place.warehouse)
    other = replace(company.place, warehouse=link)

    with company.place.locked(), pytest.raises(Timeout):
        people(company, other)
    with other.locked(), pytest.raises(Timeout):
        people(company, company.place)
    assert people(company, other).packages == 0


def test_warehouses_that_differ_in_their_suffix_only_share_nothing(
    account: MakeAccount, tmp_path: Path
) -> None:
    """Neither the lock nor what is remembered: both are filled, one while the other is held."""
    company = account()
    one, other = Place(warehouse=tmp_path / "a.db"), Place(warehouse=tmp_path / "a.duckdb")
    first = people(company, one)
    with one.locked():
        second = people(company, other)

    assert first.packages == second.packages == 1
    assert people(company, one).packages == people(company, other).packages == 0


def test_no_rows_are_left_in_the_working_folder(account: MakeAccount) -> None:
    """What is loaded is in the warehouse; a second copy of it would pile up, run by run."""
    company = account(loaded=True)
    edit_everything(company.world)
    assert company.sync().packages == 1

    names = [p.name for p in company.place.folder.rglob("*") if p.is_file()]
    assert "trace.pickle" in names
    rows = (".parquet", ".jsonl", ".gz", ".csv", ".insert_values", ".reference", ".sql")
    assert [name for name in names if name.endswith(rows)] == []


def test_the_limit_of_memory_holds_for_loads_and_models(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is configured; what DuckDB cannot read is refused before anything is asked for."""
    company = account(years=0.02)
    monkeypatch.setenv("TIMEHOUSE__MEMORY_LIMIT", "512MiB")
    company.sync("company")
    with company.place.pipeline().sql_client() as client:
        assert client.execute_sql("SELECT current_setting('memory_limit')") == [("512.0 MiB",)]
    with _environment(company.place, company.world.now):
        assert os.environ["TIMEHOUSE_MEMORY_LIMIT"] == "512.0 MiB"
    monkeypatch.setenv("TIMEHOUSE__MEMORY_LIMIT", "lots")
    company.app.reset()
    with pytest.raises(YourMove, match=r"timehouse\.memory_limit"):
        company.sync("company")
    assert company.app.counts.total() == 0
