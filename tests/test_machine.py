"""A share of the long proof: any order of what may happen, and in the end everything is equal."""

import pytest

from tests.proof.machine import run
from tests.trackers import Tracker


@pytest.mark.timeout(400)
def test_whatever_happens_in_the_end_all_is_equal(tracker: Tracker) -> None:
    """Edits of any age, syncs, comparisons, sweeps, faults, deaths; then sync, sweep and repair."""
    run(4, tracker, steps=4)
