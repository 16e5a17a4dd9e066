"""The warehouse beside the tracker, cell by cell.

Each tracker is asked in the plainest way, by a path that shares no code with ours: see
`truth_clockodo` and `truth_clockify`. Here all that they answer is flattened by one rule: the keys
of an object join with two underscores, a list is JSON, and rows within rows are rows of their own.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from simulator.world import World
    from tests.conftest import Account

Row = dict[str, Any]
Rows = dict[tuple[Any, ...], Row]

ID = ("id",)
BOOKKEEPING = {"_window_since", "_window_until", "_window_of", "_deleted", "_dlt_load_id"}


class Whole(dict[str, Any]):
    """An object that is one JSON column, rather than a column for each of its keys."""


@dataclass(frozen=True)
class Perhaps:
    """A value that is known where a row was read in one of several ways, and else is null."""

    value: Any


class Truth(NamedTuple):
    """How a tracker is asked for what raw tables should hold, by key.

    `tables`: all of them, given its settings and the company. `entries`: those that are read by
    windows. `keys`: the columns of a key that is not just `id`.
    """

    tables: "Callable[[Any, World], dict[str, Rows]]"
    entries: Callable[[Any], dict[str, Rows]]
    keys: Mapping[str, tuple[str, ...]]


def truth(account: "Account") -> dict[str, Rows]:
    """Return what each raw table should hold."""
    return account.tracker.truth.tables(account.settings, account.world)


def of_entries(account: "Account") -> dict[str, Rows]:
    """Return what the raw tables of entries should hold."""
    return account.tracker.truth.entries(account.settings)


def entries(account: "Account") -> dict[Any, Row]:
    """Return all entries as they are told, by id."""
    keys = account.tracker.truth.keys
    tables = [rows for table, rows in of_entries(account).items() if keys.get(table, ID) == ID]
    return {number: row for rows in tables for (number,), row in rows.items()}


def changes(before: dict[Any, Row], after: dict[Any, Row]) -> list[tuple[Any, str]]:
    """Return which entries were inserted, deleted, updated between two states."""
    both = before.keys() & after.keys()
    return [
        *((i, "deleted") for i in before.keys() - after.keys()),
        *((i, "inserted") for i in after.keys() - before.keys()),
        *((i, "updated") for i in both if before[i] != after[i]),
    ]


def differences(account: "Account", wanted: dict[str, Rows] | None = None) -> list[str]:
    """Compare the warehouse with the company, cell by cell; return the first few differences."""
    found: list[str] = []
    wanted = truth(account) if wanted is None else wanted
    in_a_file = account.place.destination == "duckdb"
    with account.opened() if in_a_file else nullcontext():
        for table, rows in wanted.items():
            found += _differences(account, table, rows)
    return found[:20]


def _differences(account: "Account", table: str, wanted: Rows) -> Iterator[str]:
    names, listed = account.query(f"select * from {account.tracker.raw}.{table}")
    key = account.tracker.truth.keys.get(table, ID)
    held = {}
    for values in listed:
        row = dict(zip(names, values, strict=True))
        assert all(row.get(name) is None for name in BOOKKEEPING - {"_dlt_load_id"}), table
        held[tuple(_plain(row[k]) for k in key)] = row
    assert len(held) == len(listed), f"{table}: {key} is no key"
    for lost in wanted.keys() - held.keys():
        yield f"{table} {lost} is not in the warehouse"
    for ghost in held.keys() - wanted.keys():
        yield f"{table} {ghost} is not in the company"
    for one in wanted.keys() & held.keys():
        left = flat(wanted[one])
        for name in names:
            value, cell = left.pop(name, None), held[one][name]
            if name not in BOOKKEEPING and not _equal(cell, value):
                yield f"{table} {one} {name}: {cell!r}, should be {value!r}"
        for name, value in left.items():
            if not isinstance(value, Perhaps):
                yield f"{table} {one}: {name} = {value!r} was not loaded"


def _equal(cell: object, value: object) -> bool:
    if isinstance(value, Perhaps):
        return cell is None or _equal(cell, value.value)
    return bool((_parsed(cell) if isinstance(value, list | dict) else _plain(cell)) == value)


def keyed(rows: Iterable[Row], *key: str) -> Rows:
    """Return rows by their key, which must be one."""
    listed = list(rows)
    found = {tuple(row[k] for k in key): row for row in listed}
    assert len(found) == len(listed), f"{key} is no key"
    return found


def flat(row: Row, prefix: str = "") -> Row:
    """Join the keys of objects within a row; what nobody declared stays an object."""
    flattened: Row = {}
    for name, value in row.items():
        if isinstance(value, dict) and not isinstance(value, Whole) and name != "_undeclared":
            flattened |= flat(value, f"{prefix}{name}__")
        elif value is not None:
            flattened[prefix + name] = value
    return flattened


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell of any type
    if isinstance(cell, datetime):
        # Not by %Y, which writes the year 1 as it likes.
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return cell.isoformat() if isinstance(cell, date) else cell


def _parsed(cell: Any) -> Any:  # noqa: ANN401 - a cell of any type
    return json.loads(cell) if isinstance(cell, str) else cell
