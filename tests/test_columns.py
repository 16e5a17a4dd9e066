import json
import traceback
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from api_extract.columns import Reader, content_hash, loadable
from api_extract.errors import NotAsAgreed
from api_extract.tables import Column, Kind, Table

# A shared machine may be slow.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

HIDDEN = -1  # stands for a rate that may not be seen
JOBS = Table(
    name="jobs",
    key=("id", "day"),
    columns=(
        Column("id", "bigint", "Number."),
        Column("day", "date", "Day."),
        Column("seconds", "bigint", "How long."),
        Column("rate", "double", "Money per hour.", right=True, hidden=HIDDEN),
        Column("is_open", "bool", "Whether it goes on."),
        Column("text", "text", "What was done."),
        Column("begun_at", "timestamp", "Since when."),
        Column("tags", "json", "A list of anything."),
        Column("pin", "text", "Never kept.", loaded=False),
        Column("budget__amount", "double", "Money."),
        Column("budget__pin", "text", "Never kept.", loaded=False),
        Column("budget__owner__name", "text", "Whose money."),
    ),
    description="Jobs.",
    needed=("is_open",),
)

integers = st.integers(-(2**63), 2**63 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=8)
any_json = st.recursive(
    st.none() | st.booleans() | integers | finite | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=3,
)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    "bigint": integers,
    "double": finite | st.integers(-(2**53), 2**53) | st.just(-1),
    "bool": st.booleans(),
    "text": texts,
    "timestamp": st.datetimes(timezones=st.just(UTC)).map(
        lambda t: t.isoformat().replace("+00:00", "Z")
    ),
    "date": st.dates().map(date.isoformat),
    "json": any_json,
}
PARSED: dict[Kind, Any] = {
    "double": float,
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
}
NOTHING: dict[Kind, Any] = {
    "bigint": 0,
    "double": 0.0,
    "bool": False,
    "text": "",
    "timestamp": "1970-01-01T00:00:00Z",
    "date": "1970-01-01",
    "json": "",
}
unknown = st.dictionaries(
    st.sampled_from(["new", "später", "budget__amount", "_undeclared"]), any_json, max_size=2
)


def value_of(column: Column) -> st.SearchStrategy[Any]:
    values = VALUES[column.kind]
    return values if column.name in JOBS.key else st.none() | values


def objects(prefix: str) -> st.SearchStrategy[dict[str, Any]]:
    """Make JSON objects: each key but those of the primary key may be absent, others may come."""
    leaves: dict[str, Any] = {}
    nested = set()
    for column in JOBS.columns:
        head, _, deeper = column.name.removeprefix(prefix).partition("__")
        if column.name.startswith(prefix) and deeper:
            nested.add(head)
        elif column.name.startswith(prefix):
            leaves[head] = value_of(column)
    inner = {n: st.none() | objects(f"{prefix}{n}__") for n in nested}
    needed = {n: leaves.pop(n) for n in JOBS.key if n in leaves}
    known = st.fixed_dictionaries(needed, optional=leaves | inner)
    return st.builds(lambda extra, row: {**extra, **row}, unknown, known)


rows_of_jobs = st.lists(objects(""), max_size=5)


def cell(row: Any, column: Column) -> Any:  # noqa: ANN401 - any JSON
    """Return what a row says under `a__b`, as Python would read it."""
    for key in column.name.split("__"):
        row = row.get(key) if row is not None else None
    return row if row is None else PARSED.get(column.kind, lambda v: v)(row)


def left_over(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    names = {c.name for c in JOBS.columns}
    extra: dict[str, Any] = {}
    for key, value in row.items():
        name = prefix + key
        if "__" not in key and any(n.startswith(f"{name}__") for n in names):
            inner = left_over(value or {}, f"{name}__")
            extra |= {key: inner} if inner else {}
        elif name not in names or "__" in key:
            extra[key] = value
    return extra


def both_ways(rows: list[dict[str, Any]]) -> list[Any]:
    body = json.dumps(rows, ensure_ascii=False).encode()
    return [msgspec.Raw(body), json.loads(body)]


@unhurried
@given(rows=rows_of_jobs)
def test_every_cell_comes_back_as_it_was_sent(rows: list[dict[str, Any]]) -> None:
    """Null, absent, extreme and nested values are kept, and what nobody declared is kept too."""
    for sent in both_ways(rows):
        table = Reader(JOBS).read(sent)

        assert loadable(table).schema.names == [*JOBS.schema.names, "_undeclared"]
        for got, row in zip(table.to_pylist(), rows, strict=True):
            tags, extra = got.pop("tags"), got.pop("_undeclared")
            hidden = [] if "rate" in row and row["rate"] != HIDDEN else ["rate"]
            assert (got.pop("_absent") or []) == hidden
            assert got == {c.name: cell(row, c) for c in JOBS.loaded if c.name != "tags"}
            assert (tags and json.loads(tags)) == row.get("tags")
            assert json.loads(extra or "{}") == left_over(row)


def test_what_was_absent_or_unknown_is_counted() -> None:
    """A right that is missing shows as a key that no row has, a new key by its name."""
    reader = Reader(JOBS)
    reader.read(msgspec.Raw(b'[{"id":1,"day":"2026-01-01","rate":null,"text":"a"}]'))
    reader.read(msgspec.Raw(b'[{"id":2,"day":"2026-01-01","text":"b","budget":{"new":1}}]'))
    reader.read(msgspec.Raw(b'[{"id":3,"day":"2026-01-01","text":"c","budget":null}]'))

    assert reader.seen.rows == 3
    assert reader.seen.absent["rate"] == 2
    assert reader.seen.absent["budget__amount"] == 2
    assert "text" not in reader.seen.absent
    assert reader.seen.undeclared == {"jobs.budget"}


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("seconds", '"Geheim"'),
        ("seconds", "7919.5"),
        ("seconds", "791979197919791979197919"),
        ("seconds", "-9223372036854775809"),
        ("seconds", "true"),
        ("id", "null"),
        ("day", "null"),
        ("day", '"7919-02-30"'),
        ("day", '""'),
        ("rate", '"7919"'),
        ("is_open", "7919"),
        ("text", "7919"),
        ("text", '{"Geheim": 1}'),
        ("begun_at", '"7919-13-01T00:00:00Z"'),
        ("begun_at", '"2026-01-01T07:09:19"'),  # without a zone it is no instant
        ("budget", '["Geheim"]'),
        ("budget.amount", '"Geheim"'),
        ("budget.owner.name", "7919"),
        ("pin", "7919"),
    ],
)
@pytest.mark.parametrize("more", ["", ', "new": "Geheim"'])
def test_a_wrong_value_is_named_by_place_and_never_shown(
    column: str, wrong: str, more: str
) -> None:
    """The error tells the table and the column; what stood there may be private."""
    for key in reversed(column.split(".")[1:]):
        wrong = f'{{"{key}": {wrong}}}'
    good = '{"id": 1, "day": "2026-01-01"}'
    bad = f'{{"id": 2, "day": "2026-01-01", "{column.partition(".")[0]}": {wrong}{more}}}'

    for rows in (msgspec.Raw(f"[{good},{bad}]".encode()), json.loads(f"[{good},{bad}]")):
        with pytest.raises(NotAsAgreed) as caught:
            Reader(JOBS).read(rows)

        text = "".join(traceback.format_exception(caught.value))
        assert str(caught.value).startswith("jobs")
        assert column in str(caught.value)
        assert not any(secret in text for secret in ("Geheim", "7919", "07:09:19"))


def test_text_that_is_no_utf_8_is_an_error() -> None:
    """It is told, without a byte of it."""
    with pytest.raises(NotAsAgreed, match=r"^jobs: text that is no UTF-8$"):
        Reader(JOBS).read(msgspec.Raw(b'[{"id": 1, "day": "2026-01-01", "text": "M\xfcller"}]'))


@pytest.mark.parametrize(
    "body", [b'{"id":1}', b'[{"id":1}]', b"null", b'"jobs"', b"[1]", b"[[]]", b"[null]", b"[{}]"]
)
def test_what_is_no_list_of_rows_is_an_error(body: bytes) -> None:
    """An unexpected shape is no empty list, and no row is kept without its key or day."""
    with pytest.raises(NotAsAgreed, match=r"^jobs(: Expected|\.(id|day): a row has none)"):
        Reader(JOBS).read(msgspec.Raw(body))


@unhurried
@given(rows=rows_of_jobs, data=st.data())
def test_the_digest_depends_on_nothing_but_the_rows(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Another order, other pages, or rows that came one by one make no other digest."""
    rows = list({(row["id"], row["day"]): row for row in rows}.values())
    whole = Reader(JOBS).read(both_ways(rows)[0])
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(rows)))) | {0, len(rows)})
    read = [Reader(JOBS).read(shuffled[a:b]) for a, b in pairwise(cuts)]
    pages = pa.concat_tables([Reader(JOBS).empty(), *read])
    sliced = pa.concat_tables([whole, whole]).slice(len(rows))

    digest = content_hash(whole, JOBS.key)

    assert content_hash(pages, JOBS.key) == digest
    assert content_hash(sliced, JOBS.key) == digest


@unhurried
@given(rows=rows_of_jobs.filter(bool), data=st.data())
def test_the_digest_tells_every_changed_cell(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    """No value is taken for another, not even null for nothing, false or an empty text."""
    rows = list({(row["id"], row["day"]): row for row in rows}.values())
    column = data.draw(st.sampled_from([c for c in JOBS.loaded if "__" not in c.name]))
    value = data.draw(value_of(column) | st.just(NOTHING[column.kind]))
    changed = [{**rows[0], column.name: value}, *rows[1:]]
    old, new = Reader(JOBS).read(rows), Reader(JOBS).read(changed)
    assume(old[column.name].to_pylist() != new[column.name].to_pylist())

    assert content_hash(old, JOBS.key) != content_hash(new, JOBS.key)


def test_open_objects_are_equal_in_any_order_of_their_keys() -> None:
    """A server that sorts the keys of an object anew has changed nothing."""
    one, other = (
        Reader(JOBS).read([{"id": 1, "day": "2026-01-01", "tags": tags, "new": tags}])
        for tags in ({"a": {"c": 1, "d": 2}, "b": 3}, {"b": 3, "a": {"d": 2, "c": 1}})
    )

    assert content_hash(one, JOBS.key) == content_hash(other, JOBS.key)
