"""A sync that dies at any moment leaves a warehouse that the next sync makes equal."""

import random
import shutil
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from pipelines.sync import Outcome
from tests.conftest import Account, served
from tests.crash import POINTS, dying, killed
from tests.edited import Edited
from tests.truth import differences

MOMENTS, SERIES = 20, 4
# One of each way of reading: a table that is loaded is loaded like any other.
ASKED = ("users", "absences", "entries", "users_nonbusiness_days", "user_reports")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Edited:
    return Edited(tmp_path_factory.mktemp("edited"), *ASKED)


def go_on(account: Account) -> Outcome:
    return account.sync(*ASKED)


@pytest.fixture
def account(edited: Edited, tmp_path: Path) -> Iterator[Account]:
    with edited.copied(tmp_path) as copied:
        yield copied


def lose_folder(account: Account) -> None:
    shutil.rmtree(account.place.folder)


def lose_warehouse(account: Account) -> None:
    file = account.place.warehouse
    for lost in file.parent.glob(f"{file.name}*"):  # its log of what is not written yet, too
        lost.unlink()


@pytest.mark.parametrize("point", POINTS)
def test_a_sync_that_dies_at_a_named_point_is_finished_by_the_next(
    edited: Edited, account: Account, point: str
) -> None:
    """Extracted, normalized, staged, merging, merged, loaded: run again, and all is equal."""
    assert dying(point, partial(go_on, account)) == 9 << 8, "the sync did not reach this point"

    go_on(account)

    edited.check(account)
    assert go_on(account).packages == 0


def test_a_table_is_never_seen_half_replaced(edited: Edited, account: Account) -> None:
    """What a merge deletes is gone only when what it inserts is there, for whoever reads then."""
    wanted = edited.truth(account)
    before = _rows(account, wanted)

    assert dying("merging", partial(go_on, account)) == 9 << 8

    after = {name: len(rows) for name, rows in wanted.items()}
    for name, seen in _rows(account, wanted).items():
        assert seen in (before[name], after[name]), name


def _rows(account: Account, tables: Iterable[str]) -> dict[str, int]:
    counting = (f"select '{name}', count(*) from clockodo_raw.{name}" for name in tables)
    _, found = account.query(" union all ".join(counting))
    return dict(found)


@pytest.mark.parametrize("first", range(SERIES))
def test_syncs_that_are_killed_at_any_moment_are_finished_by_the_next(
    edited: Edited, account: Account, first: int
) -> None:
    """Some in a row, each at another place within its twentieth of a sync; the next makes equal."""
    for moment in range(first, MOMENTS, SERIES):
        after = (moment + random.Random(moment).random()) / MOMENTS * edited.seconds
        killed(after, partial(go_on, account))

    go_on(account)

    edited.check(account)


@pytest.mark.parametrize("point", [None, "normalized"])
def test_a_working_folder_that_is_lost_is_made_again(
    edited: Edited, account: Account, point: str | None
) -> None:
    """Between two syncs or after one that died: what matters is in the warehouse."""
    assert point is None or dying(point, partial(go_on, account)) == 9 << 8
    lose_folder(account)

    go_on(account)

    edited.check(account)


@pytest.mark.parametrize("point", [None, "merged"])
def test_a_warehouse_that_is_lost_is_filled_again(
    edited: Edited, account: Account, point: str | None
) -> None:
    """Whatever the working folder says was loaded or is pending; only the log begins anew."""
    assert point is None or dying(point, partial(go_on, account)) == 9 << 8
    lose_warehouse(account)

    go_on(account)

    edited.check(account, logged=False)


def test_a_first_load_that_dies_is_finished_by_the_next(edited: Edited, tmp_path: Path) -> None:
    """Also when half of the tables are there and the working folder is lost."""
    with served(edited.world, tmp_path) as account:
        assert dying("merged", partial(go_on, account)) == 9 << 8
        lose_folder(account)

        go_on(account)

        assert differences(account, edited.truth(account)) == []
        assert go_on(account).packages == 0


def test_a_pending_load_that_is_damaged_is_read_again(edited: Edited, account: Account) -> None:
    """A process that is killed while it moves files leaves what no later one can go on with."""
    assert dying("extracted", partial(go_on, account)) == 9 << 8
    extracted = list(account.place.folder.rglob("extracted/**/*.parquet"))
    assert extracted
    for file in extracted:
        file.write_bytes(b"")

    go_on(account)

    edited.check(account)
