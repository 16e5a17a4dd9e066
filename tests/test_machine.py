"""A share of the long proof: any order of what may happen, and in the end everything is equal."""

import pytest

from tests.proof.machine import run
from tests.trackers import CLOCKIFY


@pytest.mark.long
@pytest.mark.timeout(400)
def test_whatever_happens_in_the_end_all_is_equal() -> None:
    """Edits of any age, syncs, comparisons, sweeps, faults, deaths; then sync, sweep and repair.

    Of the first tracker a history goes through, beside the other parts of that proof.
    """
    run(4, CLOCKIFY, steps=4)
