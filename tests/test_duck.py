"""A load into DuckDB, whose merge is not quite dlt's, holds what dlt's would."""

from collections.abc import Callable
from functools import partial

import dlt
import pyarrow as pa
import pytest
from dlt.extract.items import DataItemWithMeta
from hypothesis import given
from hypothesis import strategies as st

from api_extract.replace import ROW_GROUP, in_row_groups, staged
from api_extract.tables import Column, Table
from pipelines.place import Place
from tests.conftest import Account
from tests.crash import dying
from tests.trackers import CLOCKODO
from tests.truth import differences, truth

COUNTS = (0, 1, ROW_GROUP - 1, ROW_GROUP, 2 * ROW_GROUP + 5)
TABLES = [Table(name, ("id",), (Column("id", "bigint", "Id."),), name) for name in ("a", "b")]


@given(st.lists(st.tuples(st.sampled_from(TABLES), st.sampled_from(COUNTS)), max_size=6))
def test_rows_are_handed_on_in_row_groups(given_rows: list[tuple[Table, int]]) -> None:
    """All, in order and with their table; DuckDB has nothing to copy together but each table's end.

    A table without rows is handed on once, as it has to be made.
    """
    given_to: dict[str, list[int]] = {}
    items: list[DataItemWithMeta] = []
    for table, count in given_rows:
        ids = given_to.setdefault(table.name, [])
        new = range(len(ids), len(ids) + count)
        ids += new
        rows = pa.table({"id": pa.array(new, pa.int64()), "_undeclared": pa.nulls(count)})
        items += staged(table, rows.cast(table.full_schema))

    found: dict[str, list[pa.Table]] = {}
    for item in in_row_groups(items):
        found.setdefault(str(item.meta.hints["table_name"]), []).append(item.data)

    assert {n: pa.concat_tables(t)["id"].to_pylist() for n, t in found.items()} == given_to
    for *whole, end in found.values():
        assert {rows.num_rows for rows in whole} <= {ROW_GROUP}
        assert end.num_rows < ROW_GROUP


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
