"""Whatever the API, the key and the network do: equal, or a refusal that says whose move it is."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.edited import YEARS, Edited
from tests.matrices import MATRICES, OF_CLOCKIFY, OF_CLOCKODO
from tests.matrix import FAULTS, Case, cases, run

# Of faults and rights that a sync treats alike, one here, and none that has tests of its own; all
# of them in the long proof.
LONG = {"slow, then silent", "400", "401", "410", "no envelope", "wrong types"}
LONG |= {"503 for good", "429, come back in 2 h"}
QUICK = [name for name in FAULTS if name not in LONG]
NARROWED = ("all", "no enhanced list", "one customer")
# Each reading once here; in the long proof, each two of them meet.
CASES = [
    *cases(OF_CLOCKODO, 1, QUICK, NARROWED),
    *cases(OF_CLOCKIFY, 1, ["none", "each that passes"]),
]


@pytest.fixture(scope="module")
def edited(first_load: Callable[..., Path]) -> Callable[[str], Edited]:
    """Return the edited company of each tracker, made where it is asked for."""

    @cache
    def made(name: str) -> Edited:
        matrix = MATRICES[name]
        return Edited(first_load(YEARS, matrix.tracker), *matrix.asked, tracker=matrix.tracker)

    return made


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_sync_is_equal_or_refused(
    edited: Callable[[str], Edited], tmp_path: Path, case: Case
) -> None:
    """Each of the readings, faults and rights is met at least once."""
    _, problems = run(case, edited(case.matrix.tracker.name), tmp_path)

    assert problems == []
