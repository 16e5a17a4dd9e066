"""Whatever the API, the key and the network do: equal, or a refusal that says whose move it is."""

from pathlib import Path

import pytest

from tests.edited import Edited
from tests.matrix import ASKED, FAULTS, Case, cases, run

# Of faults and rights that a sync treats alike, one here, and none that has tests of its own; all
# of them in the long proof.
LONG = {"slow, then silent", "400", "401", "410", "no envelope", "wrong types"}
LONG |= {"503 for good", "429, come back in 2 h"}
QUICK = [name for name in FAULTS if name not in LONG]
NARROWED = ("all", "no enhanced list", "one customer")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Edited:
    return Edited(tmp_path_factory.mktemp("loaded"), *ASKED)


@pytest.mark.parametrize("case", cases(2, QUICK, NARROWED), ids=str)
def test_a_sync_is_equal_or_refused(edited: Edited, tmp_path: Path, case: Case) -> None:
    """Each two of the readings, faults and rights meet at least once."""
    _, problems = run(case, edited, tmp_path)

    assert problems == []
