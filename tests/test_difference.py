from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from api_extract.columns import ABSENT
from api_extract.difference import Counts, count_changes, keep_known, tables

SCHEMA = pa.schema(
    [
        pa.field("users_id", pa.int64(), nullable=False),
        pa.field("date", pa.date32(), nullable=False),
        pa.field("position", pa.int64()),  # names that SQL knows too
        pa.field("offset", pa.string()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
    ]
)
KEY = ("users_id", "date")
FIRST, SECOND = date(2026, 1, 1), date(2026, 1, 2)

Row = tuple[Any, ...]


def rows(*given: Row) -> pa.Table:
    named = [dict(zip(SCHEMA.names, row, strict=False)) for row in given]
    return pa.Table.from_pylist(named, schema=SCHEMA)


def lacking(table: pa.Table, *absent: list[str] | None) -> pa.Table:
    """Give each row the names of the keys that its answer did not have."""
    return table.append_column(ABSENT, pa.array(absent, ABSENT.type))


EVA, UMIT, ADA = (1, FIRST, 7, "a"), (1, SECOND, None, None), (2, FIRST, 7, "b")


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ([], [], Counts()),
        ([], [EVA, UMIT], Counts(inserted=2)),
        ([EVA, UMIT], [], Counts(deleted=2)),
        ([EVA, UMIT, ADA], [ADA, EVA, UMIT], Counts()),
        ([EVA, UMIT], [EVA, ADA], Counts(inserted=1, deleted=1)),
        ([EVA], [(1, FIRST, None, "a")], Counts(updated=1)),
        ([UMIT], [(1, SECOND, 0, None)], Counts(updated=1)),
        ([UMIT], [(1, SECOND, None, "")], Counts(updated=1)),
        ([EVA, UMIT], [(1, FIRST, 8, "z"), UMIT], Counts(updated=1)),
        ([(1, FIRST, 7)], [(2, FIRST, 7)], Counts(inserted=1, deleted=1)),
        ([(1, FIRST, 7)], [(1, SECOND, 7)], Counts(inserted=1, deleted=1)),
        ([EVA, UMIT], [(1, FIRST, 9, "a"), ADA], Counts(inserted=1, updated=1, deleted=1)),
    ],
)
def test_every_kind_of_change_is_counted_once(
    old: list[Row], new: list[Row], counts: Counts
) -> None:
    """A row is known by its whole key; null differs from any value, and not from null."""
    assert count_changes(rows(*old), rows(*new), KEY) == counts


def test_a_key_may_have_a_name_that_sql_knows() -> None:
    """Rates are known by their position."""
    old, new = rows(EVA), rows((1, FIRST, 8, "a"))

    assert count_changes(old, new, ["position"]) == Counts(inserted=1, deleted=1)
    assert keep_known(old, lacking(rows((1, FIRST, 7)), ["offset"]), ["position"]).equals(old)


def test_counts_of_spans_add_up() -> None:
    """A table's counts are those of its windows together."""
    total = Counts(1, 2, 3)
    total.add(Counts(10, 20, 30))

    assert total == Counts(11, 22, 33)


def test_what_a_right_hides_is_filled_from_what_is_known() -> None:
    """Only where the row lacks the key: a value that is null was removed, and stays removed."""
    old = rows((1, FIRST, 7, "known"), (1, SECOND, 8, "known"), (2, FIRST, 9, "gone"))
    new = rows((1, FIRST, None, None), (1, SECOND, None, None), (2, SECOND, None, None))

    filled = keep_known(old, lacking(new, ["offset"], None, ["offset"]), KEY)

    assert filled.schema.equals(SCHEMA)
    assert filled.sort_by([(name, "ascending") for name in KEY]).equals(
        rows((1, FIRST, None, "known"), (1, SECOND, None, None), (2, SECOND, None, None))
    )


def test_a_value_that_stands_for_hidden_gives_way_to_what_is_known() -> None:
    """And stays where nothing is known."""
    old, new = rows((1, FIRST, 7)), rows((1, FIRST, -1), (1, SECOND, -1))

    filled = keep_known(old, lacking(new, ["position"], ["position"]), KEY)

    assert filled["position"].to_pylist() == [7, -1]


def test_nothing_to_fill_changes_nothing() -> None:
    """Without hidden columns, or without known rows, the rows are those that were read."""
    new = rows(EVA, UMIT)

    assert keep_known(rows(ADA), lacking(new, None, None), KEY).equals(new)
    assert keep_known(rows(), lacking(new, ["offset"], None), KEY).equals(new)


def test_queries_speak_utc() -> None:
    """A day is cut at midnight UTC whatever the zone of the machine."""
    at = pa.table({"at": pa.array(["2026-01-01T23:30:00Z"]).cast(SCHEMA.field("at").type)})

    with tables(one=at) as query:
        assert query.execute('select cast("at" as date) from one').fetchall() == [(FIRST,)]
