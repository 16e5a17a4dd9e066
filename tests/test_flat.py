"""What Arrow parses by itself is what the reader makes of it, or is left to the reader."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_extract.columns import Reader
from api_extract.flat import Flat
from api_extract.pages import Page
from api_extract.tables import Column, Table
from tests.conftest import Account
from tests.test_columns import VALUES, unhurried
from tests.trackers import CLOCKODO
from tests.truth import differences

HIDDEN = -1
JOBS = Table(
    name="jobs",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number."),
        Column("type", "bigint", "1 or 2."),
        Column("rate", "double", "Money per hour.", right=True, hidden=HIDDEN),
        Column("share", "double", "Of its money.", right=True, of_types=(1,)),
        Column("place", "text", "Where.", of_types=(2,)),
        Column("note", "text", "Read in one way only.", sparse=True),
        Column("is_open", "bool", "Whether it goes on."),
        Column("text", "text", "What was done."),
        Column("day", "date", "Day."),
        Column("begun_at", "timestamp", "Since when."),
        Column("owner", "text", "Who.", hashed=True),
        Column("pin", "text", "Never kept.", loaded=False),
    ),
    description="Jobs.",
)
TOLD = (c for c in JOBS.columns if not (c.right or c.sparse or c.of_types))
PLAIN = frozenset(c.name for c in TOLD)  # of which it matters only whether all rows or none have it
odd: st.SearchStrategy[Any] = st.sampled_from(
    [1.5, 1e300, 2**63, True, "1", "2026-13-01", [], {}, "\ud800", '"rate":', HIDDEN]
)


def owned(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as a server tells it that leaves out, or fills, what hangs on its type."""
    own = {"share": row["share"] or 0.5} if row["type"] == 1 else {"place": row["place"]}
    return {k: v for k, v in row.items() if k not in {"share", "place"}} | own


whole = st.fixed_dictionaries(
    {c.name: st.none() | VALUES[c.kind] for c in JOBS.columns}
    | {
        "id": st.integers(1, 99),
        "type": st.sampled_from([1, 2]),
        "rate": st.none() | st.floats(0, 9),
    }
).map(owned)
lacking_one = st.tuples(whole, st.sampled_from(JOBS.schema.names)).map(
    lambda of: {k: v for k, v in of[0].items() if k != of[1]}
)
bent = st.builds(
    lambda row, name, value: row | {name: value}, whole, st.sampled_from(JOBS.schema.names), odd
)


def page(rows: list[dict[str, Any]], colon: str) -> Page:
    body = json.dumps(rows, separators=(",", colon)).encode()
    return Page(msgspec.Raw(body))


def by_arrow(flat: Flat, pages: list[Page]) -> pa.Table | None:
    return flat.read([Page(p.rows, parsed=flat.parse(p.rows)) for p in pages])


@unhurried
@given(
    lists=st.lists(st.lists(whole | lacking_one | bent, max_size=2), min_size=1, max_size=2),
    colon=st.sampled_from([":", ":", " : "]),
)
def test_what_arrow_takes_is_what_the_reader_makes_of_it(
    lists: list[list[dict[str, Any]]], colon: str
) -> None:
    """Cell by cell, whatever the rows hold and lack; what the reader refuses, Arrow takes never."""
    pages = [page(rows, colon) for rows in lists]
    read, reader = by_arrow(Flat(JOBS), pages), Reader(JOBS)
    if read is None:
        return

    made = pa.concat_tables([reader.empty(), *(reader.read(p.rows) for p in pages)])

    assert read.equals(made)
    lacking = {name for name, count in reader.seen.absent.items() if count}
    rows = [row for rows in lists for row in rows]
    for name in lacking & PLAIN:
        assert any(name in row and row[name] is None for row in rows)
    assert lacking <= PLAIN | {c.name for c in JOBS.columns if c.of_types}


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": 1, "id": 2}]',
        b'[{"id": 1, "new": 2}]',
        b'[{"id": 1.0}]',
        b'[{"id": "1"}]',
        b'[{"id": 9223372036854775808}]',
        b'[{"id": 1}, null]',
        b"null",
        b'[{"id": 1, "rate": 1.7976931348623159e308}]',
        b'[{"id": 1, "rate": 1e400}]',
        b'[{"id": 1, "text": "\xff"}]',
        b'[{"id": 1, "text": "\\ud800"}]',
        b'[{"id": 1, "day": "2026-02-30"}]',
        b'[{"id": 1, "rate": -1}]',
    ],
)
def test_what_is_not_plain_is_left_to_the_reader(body: bytes) -> None:
    """Nothing is rounded, dropped or replaced; from then on Arrow is not asked any more."""
    ids = Table(
        "jobs", ("id",), tuple(c for c in JOBS.columns if c.name in body.decode("latin")), ""
    )
    flat, good = Flat(ids), b'[{"id": 1, "rate": 1, "text": "a", "day": "2026-02-01"}]'
    assert by_arrow(flat, [Page(msgspec.Raw(body))]) is None
    assert by_arrow(flat, [Page(msgspec.Raw(good))]) is None


def test_all_that_the_tracker_tells_of_entries_is_plain(
    account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each page would be read twice, and slowly."""
    slow, read = set(), Reader.read

    def noted(reader: Reader, rows: Any) -> pa.Table:  # noqa: ANN401 - whatever it takes
        slow.add(reader.table.name)
        return read(reader, rows)

    monkeypatch.setattr(Reader, "read", noted)
    company = account(CLOCKODO, years=0.25)
    company.sync()
    assert "teams" in slow
    assert "entries" not in slow
    assert differences(company) == []
