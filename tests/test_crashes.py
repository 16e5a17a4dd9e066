"""A sync that dies at any moment leaves a warehouse that the next sync makes equal."""

import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from pipelines.sync import Outcome
from tests.conftest import Account, served
from tests.crash import POINTS, dying, killed
from tests.edited import YEARS, Edited
from tests.trackers import TRACKERS
from tests.truth import differences

MOMENTS, SERIES = 6, 1
RARE = ("extracted", "loaded")  # near to another point that is always tried
ONE = ["clockodo"]  # what hangs on the steps of a load only, not on how a tracker is read
# One of each way of reading: a table that is loaded is loaded like any other.
ASKED = {
    "clockodo": ("users", "entries", "users_nonbusiness_days"),
    "clockify": ("users", "time_entries", "member_profiles"),
}


@pytest.fixture(scope="module", params=ASKED)
def edited(request: pytest.FixtureRequest, first_load: Callable[..., Path]) -> Edited:
    tracker = TRACKERS[request.param]
    return Edited(first_load(YEARS, tracker), *ASKED[tracker.name], tracker=tracker)


def cases(name: str, first: Iterable[object], second: Iterable[object]) -> pytest.MarkDecorator:
    """Give a test these cases of the first tracker, and those of the second."""
    listed = [
        pytest.param(tracker, case, marks=[pytest.mark.long] if case in RARE else [])
        for tracker, cases in (("clockodo", first), ("clockify", second))
        for case in cases
    ]
    return pytest.mark.parametrize(("edited", name), listed, indirect=["edited"])


def go_on(account: Account) -> Outcome:
    return account.sync(*ASKED[account.tracker.name])


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


@cases("point", POINTS, ["normalized"])
def test_a_sync_that_dies_at_a_named_point_is_finished_by_the_next(
    edited: Edited, account: Account, point: str
) -> None:
    """Extracted, normalized, staged, merging, merged, loaded: run again, and all is equal."""
    assert dying(point, partial(go_on, account)) == 9 << 8, "the sync did not reach this point"

    go_on(account)

    edited.check(account)
    assert go_on(account).packages == 0


@pytest.mark.parametrize("edited", ONE, indirect=True)
def test_a_table_is_never_seen_half_replaced(edited: Edited, account: Account) -> None:
    """What a merge deletes is gone only when what it inserts is there, for whoever reads then."""
    wanted = edited.truth(account)
    before = _rows(account, wanted)

    assert dying("merging", partial(go_on, account)) == 9 << 8

    after = {name: len(rows) for name, rows in wanted.items()}
    for name, seen in _rows(account, wanted).items():
        assert seen in (before[name], after[name]), name


def _rows(account: Account, tables: Iterable[str]) -> dict[str, int]:
    raw = account.tracker.raw
    counting = (f"select '{name}', count(*) from {raw}.{name}" for name in tables)
    _, found = account.query(" union all ".join(counting))
    return dict(found)


@pytest.mark.long
@cases("first", range(SERIES), range(SERIES))
def test_syncs_that_are_killed_at_any_moment_are_finished_by_the_next(
    edited: Edited, account: Account, first: int
) -> None:
    """Some in a row, each at another place within its sixth of a sync; the next makes equal."""
    for moment in range(first, MOMENTS, SERIES):
        after = (moment + random.Random(moment).random()) / MOMENTS * edited.seconds
        killed(after, partial(go_on, account))

    go_on(account)

    edited.check(account)


@cases("point", [None, "normalized"], [])
def test_a_working_folder_that_is_lost_is_made_again(
    edited: Edited, account: Account, point: str | None
) -> None:
    """Between two syncs or after one that died: what matters is in the warehouse."""
    assert point is None or dying(point, partial(go_on, account)) == 9 << 8
    lose_folder(account)

    go_on(account)

    edited.check(account)


@pytest.mark.long
@cases("point", [None, "merged"], ["merged"])
def test_a_warehouse_that_is_lost_is_filled_again(
    edited: Edited, account: Account, point: str | None
) -> None:
    """Whatever the working folder says was loaded or is pending; only the log begins anew."""
    assert point is None or dying(point, partial(go_on, account)) == 9 << 8
    lose_warehouse(account)

    go_on(account)

    edited.check(account, logged=False)


@pytest.mark.parametrize("edited", ONE, indirect=True)
def test_a_first_load_that_dies_is_finished_by_the_next(edited: Edited, tmp_path: Path) -> None:
    """Also when half of the tables are there and the working folder is lost."""
    with served(edited.world, tmp_path, tracker=edited.tracker) as account:
        assert dying("merged", partial(go_on, account)) == 9 << 8
        lose_folder(account)

        go_on(account)

        assert differences(account, edited.truth(account)) == []
        assert go_on(account).packages == 0


@pytest.mark.parametrize("edited", ONE, indirect=True)
def test_a_pending_load_that_is_damaged_is_read_again(edited: Edited, account: Account) -> None:
    """A process that is killed while it moves files leaves what no later one can go on with."""
    assert dying("extracted", partial(go_on, account)) == 9 << 8
    extracted = list(account.place.folder.rglob("extracted/**/*.parquet"))
    assert extracted
    for file in extracted:
        file.write_bytes(b"")

    go_on(account)

    edited.check(account)
