"""How a table's columns are told by an API: its spelling, and its words for nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from api_extract.columns import Reader
from api_extract.errors import NotAsAgreed
from api_extract.tables import Column, Table
from tests.test_columns import JOBS, both_ways, rows_of_jobs, unhurried


def in_camel(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as an API tells it that writes its keys in camelCase."""
    keys = {"is_open": "isOpen", "begun_at": "begunAt"}
    return {keys.get(key, key): value for key, value in row.items()}


@unhurried
@given(rows=rows_of_jobs)
def test_keys_in_camel_case_are_the_same_columns(rows: list[dict[str, Any]]) -> None:
    """Only the spelling differs: every cell, what is absent, and what nobody declared."""
    told = both_ways([in_camel(row) for row in rows])

    for sent, camel in zip(both_ways(rows), told, strict=True):
        assert Reader(replace(JOBS, camel=True)).read(camel).equals(Reader(JOBS).read(sent))


def test_what_nobody_declared_keeps_its_spelling() -> None:
    """Keys of a camelCase API stand in `_undeclared` as it wrote them, in nested objects too."""
    columns = (Column("id", "bigint", "Number."), Column("of_day__rate_kind", "text", "Kind."))
    table = Table("days", ("id",), columns, "Days.", camel=True)
    odd = {"newKey": 1, "of_day": {"rateKind": "x"}, "id__": 2}
    row = {"id": 1, "ofDay": {"rateKind": "full", "rate_kind": "y", "newKey": 3}, **odd}

    for sent in both_ways([row, {"id": 2, "ofDay": None}, {"id": 3}]):
        reader = Reader(table)
        first, second, third = reader.read(sent).to_pylist()
        assert first["of_day__rate_kind"] == "full"
        kept = {**odd, "ofDay": {"rate_kind": "y", "newKey": 3}}
        assert json.loads(first["_undeclared"]) == kept
        assert (second["of_day__rate_kind"], third["of_day__rate_kind"]) == (None, None)
        assert reader.seen.absent["of_day__rate_kind"] == 1
        assert "days.ofDay" in reader.seen.undeclared

    with pytest.raises(NotAsAgreed, match=r"^days: .*ofDay"):
        Reader(table).read([{"id": 1, "ofDay": "full"}])


def test_a_text_that_stands_for_nothing_is_null() -> None:
    """It is there, and says that there is none: not the same as a key that is absent."""
    job = Column("job", "text", "Job.", right=True, blank="")
    reader = Reader(Table("days", ("id",), (Column("id", "bigint", "Number."), job), "Days."))
    rows: list[dict[str, Any]] = [{"id": n, "job": job} for n, job in enumerate(("", " ", None))]

    read = reader.read([*rows, {"id": 3}])

    assert read["job"].to_pylist() == [None, " ", None, None]
    assert read["_absent"].to_pylist() == [None, None, None, ["job"]]
    assert reader.seen.absent["job"] == 1


def test_an_instant_may_be_told_to_the_nanosecond() -> None:
    """What no destination keeps is cut off."""
    told = ("2024-05-21T18:15:52.889302519Z", "2024-05-21T20:15:52+02:00")
    rows = [{"id": n, "day": "2024-05-21", "begun_at": instant} for n, instant in enumerate(told)]

    nano, plain = Reader(JOBS).read(rows)["begun_at"].to_pylist()

    assert nano == datetime(2024, 5, 21, 18, 15, 52, 889302, UTC)
    assert plain == datetime(2024, 5, 21, 18, 15, 52, tzinfo=UTC)
