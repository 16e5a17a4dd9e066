"""A load into DuckDB, whose merge is not quite dlt's, holds what dlt's would."""

from collections.abc import Callable
from functools import partial

import dlt
import pytest

from pipelines.place import Place
from tests.conftest import Account
from tests.crash import dying
from tests.trackers import CLOCKODO
from tests.truth import differences, truth


def test_a_merge_that_is_done_again_doubles_nothing(account: Callable[..., Account]) -> None:
    """A process that dies after it, and before dlt notes so, leaves it to the next one."""
    company = account(CLOCKODO)
    assert dying("merged", partial(company.sync, "work_times")) == 9 << 8
    assert company.sync("work_times").finished_pending
    everything = truth(company)
    wanted = {name: everything[name] for name in ("work_times", "work_time_intervals")}
    assert differences(company, wanted) == []


def test_what_dlt_has_loaded_is_gone_on_with(
    account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A working folder of its DuckDB is one of ours, and the other way round."""
    company = account(CLOCKODO)

    def plain(place: Place) -> dlt.destinations.duckdb:
        return dlt.destinations.duckdb(str(place.warehouse.absolute()))

    for loads in (True, False):
        with monkeypatch.context() as here:
            here.setattr(Place, "_destination", plain)
            assert bool(company.sync().packages) == loads
        assert company.sync().packages == 0
