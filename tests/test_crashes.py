"""A sync that dies at any moment leaves a warehouse that the next sync makes equal."""

import random
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World
from tests.conftest import Account
from tests.crash import POINTS, dying, killed
from tests.edits import edit_everything
from tests.truth import Rows, changes, differences, entries, truth


class Edited:
    """A company that was loaded once and then edited, with what the next sync should make of it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        started = time.monotonic()
        account.sync()
        self.seconds = time.monotonic() - started
        before = entries(account)
        edit_everything(account.world)
        self.changes = changes(before, entries(account))
        self.truth: dict[str, Rows] = truth(account)

    def copy(self, folder: Path) -> Account:
        """Return the account with a copy of the loaded warehouse and its working folder."""
        return self.account.copy(folder)

    def check(self, account: Account) -> None:
        """Every cell is right, and the log of changes has neither a gap nor a double."""
        assert differences(account, self.truth) == []
        _, log = account.query("select entry_id, kind from clockodo_raw.entry_changes")
        assert sorted(log) == sorted(self.changes)
        assert account.sync().packages == 0


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    app = ClockodoApp(World(1, 0.25))
    with serve(app) as url:
        yield Edited(Account(app, url, tmp_path_factory.mktemp("edited")))


@pytest.mark.parametrize("point", POINTS)
def test_a_sync_that_dies_at_a_named_point_is_finished_by_the_next(
    edited: Edited, tmp_path: Path, point: str
) -> None:
    """Extracted, normalized, staged, merging, merged, loaded: run again, and all is equal."""
    account = edited.copy(tmp_path)
    assert dying(point, account.sync) == 9 << 8, "the sync did not reach this point"

    account.sync()

    edited.check(account)


def test_a_table_is_never_seen_half_replaced(edited: Edited, tmp_path: Path) -> None:
    """What a merge deletes is gone only when what it inserts is there, for whoever reads then."""
    account = edited.copy(tmp_path)
    before = _rows(account, edited.truth)

    assert dying("merging", account.sync) == 9 << 8

    after = {name: len(rows) for name, rows in edited.truth.items()}
    for name, seen in _rows(account, edited.truth).items():
        assert seen in (before[name], after[name]), name


def _rows(account: Account, tables: Iterable[str]) -> dict[str, int]:
    counting = (f"select '{name}', count(*) from clockodo_raw.{name}" for name in tables)
    _, found = account.query(" union all ".join(counting))
    return dict(found)


@pytest.mark.parametrize("moment", range(10))
def test_a_sync_that_is_killed_at_any_moment_is_finished_by_the_next(
    edited: Edited, tmp_path: Path, moment: int
) -> None:
    """Ten moments spread over a sync, in different places of its tenths for different seeds."""
    account = edited.copy(tmp_path)
    killed((moment + random.Random(moment).random()) / 10 * edited.seconds, account.sync)

    account.sync()

    edited.check(account)


def test_a_first_load_that_dies_is_finished_by_the_next(edited: Edited, tmp_path: Path) -> None:
    """Also when half of the tables are there and the working folder is lost."""
    account = Account(edited.account.app, edited.account.settings.base_url, tmp_path)
    assert dying("merged", account.sync) == 9 << 8
    shutil.rmtree(account.place.folder)

    account.sync()

    assert differences(account, edited.truth) == []
    assert account.sync().packages == 0


def test_a_pending_load_that_is_damaged_is_read_again(edited: Edited, tmp_path: Path) -> None:
    """A process that is killed while it moves files leaves what no later one can go on with."""
    account = edited.copy(tmp_path)
    assert dying("extracted", account.sync) == 9 << 8
    extracted = list(account.place.folder.rglob("extracted/**/*.parquet"))
    assert extracted
    for file in extracted:
        file.write_bytes(b"")

    account.sync()

    edited.check(account)
