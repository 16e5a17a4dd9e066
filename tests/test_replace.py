from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest

from api_extract.columns import Reader
from api_extract.replace import Marked, staged
from api_extract.tables import Column, Kind, Table
from pipelines.duck import Duck

Row = dict[str, Any]


def table(name: str, key: tuple[str, ...], kinds: dict[str, Kind], **more: Any) -> Table:  # noqa: ANN401 - fields of Table
    columns = tuple(Column(column, kind, f"{column}.") for column, kind in kinds.items())
    return Table(name, key, columns, f"{name}.", **more)


ENTRY: dict[str, Kind] = {"id": "bigint", "begun_at": "timestamp", "text": "text"}
ENTRIES, AMOUNTS = (
    table(name, ("id",), ENTRY, window="begun_at", roams="id", newest="begun_at")
    for name in ("entries", "amounts")
)
DAY: dict[str, Kind] = {"users_id": "bigint", "day": "date", "hours": "double"}
DAYS = table("days", ("users_id", "day"), DAY, window="day", per="users_id")
HOLIDAYS = table("holidays", ("day",), {"day": "date", "hours": "double"}, window="day")
YEAR: dict[str, Kind] = {"users_id": "bigint", "year": "bigint", "hours": "double"}
YEARS = table("years", ("users_id", "year"), YEAR, window="year")
USERS = table("users", ("id",), {"id": "bigint", "name": "text"})
TAG: dict[str, Kind] = {"entry": "bigint", "tag": "text", "begun_at": "timestamp", "space": "text"}
TAGS = table("tags", ("entry", "tag"), TAG, window="begun_at", per="space", roams="entry")
TASK: dict[str, Kind] = {"space": "text", "id": "bigint", "name": "text"}
TASKS = table("tasks", ("space", "id"), TASK, per="space")
LOG = table("log", ("id",), {"id": "text", "seen_at": "timestamp"}, grows=True)


class Warehouse:
    """A DuckDB that is loaded the way the sources load it, and read by hand."""

    def __init__(self, folder: Path, kind: type[dlt.destinations.duckdb]) -> None:
        self.file = folder / "warehouse.duckdb"
        destination = kind(str(self.file), destination_name="duckdb")
        self.pipeline = dlt.pipeline("replace", destination=destination, dataset_name="raw")

    def load(self, *parts: Iterable[Any]) -> None:
        """Load what several calls of `staged` yield, in one package."""

        @dlt.resource(name="rows")
        def rows() -> Iterator[Any]:
            for part in parts:
                yield from part

        self.pipeline.run(rows())

    def rows(self, one: Table) -> list[Row]:
        """Return what a table holds, under its declared columns."""
        names = [column.name for column in one.columns]
        with duckdb.connect(str(self.file), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            query = f"select {', '.join(names)} from raw.{one.name} order by all"
            return [
                dict(zip(names, row, strict=True)) for row in connection.execute(query).fetchall()
            ]

    def schemas(self) -> int:
        """Return how many versions of the schema there have been."""
        with duckdb.connect(str(self.file), read_only=True) as connection:
            found = connection.execute("select count(*) from raw._dlt_version").fetchone()
        return found[0] if found else 0


@pytest.fixture(params=[dlt.destinations.duckdb, Duck])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path, request.param)


def stage(one: Table, rows: Sequence[Row], *windows: Marked, gone: Sequence[int] = ()) -> Any:  # noqa: ANN401 - dlt's items
    return staged(one, Reader(one).read([_sent(row) for row in rows]), windows, gone)


def _sent(row: Row) -> Row:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}


def entry(key: int, month: int, day: int = 1, text: str = "", hour: int = 0) -> Row:
    begun_at = datetime(2026, month, day, hour, tzinfo=UTC)
    return {"id": key, "begun_at": begun_at, "text": text}


def month(number: int) -> Marked:
    return Marked(datetime(2026, number, 1, tzinfo=UTC), datetime(2026, number + 1, 1, tzinfo=UTC))


class Tracker:
    """Entries of two types; knows what a warehouse must hold after reading some months again."""

    def __init__(self) -> None:
        self.entries: dict[int, tuple[Table, Row]] = {}
        self.read: dict[int, tuple[Table, Row]] = {}

    def put(self, one: Table, *rows: Row) -> None:
        """Insert entries, or change them in any way, the type included."""
        self.entries |= {row["id"]: (one, row) for row in rows}

    def delete(self, *keys: int) -> None:
        """Delete entries without a trace."""
        for key in keys:
            del self.entries[key]

    def sync(self, warehouse: Warehouse, *months: int) -> None:
        """Read these months and replace them, in both tables; compare all there is."""
        found = {k: (t, row) for k, (t, row) in self.entries.items() if _month(row) in months}
        kept = {k: (t, row) for k, (t, row) in self.read.items() if _month(row) not in months}
        self.read = kept | found
        warehouse.load(
            *(
                stage(
                    one,
                    [row for t, row in found.values() if t is one],
                    *map(month, months),
                    gone=[key for key, (t, _) in found.items() if t is not one],
                )
                for one in (ENTRIES, AMOUNTS)
            )
        )
        for one in (ENTRIES, AMOUNTS):
            expected = sorted(
                (row for t, row in self.read.values() if t is one), key=itemgetter("id")
            )
            assert warehouse.rows(one) == expected


def _month(row: Row) -> int:
    found: int = row["begun_at"].month
    return found


def test_replaced_months_hold_what_the_tracker_holds_through_every_kind_of_edit(
    warehouse: Warehouse,
) -> None:
    """Syncs in a row, some of two months: nothing stays behind, nothing stands twice."""
    tracker = Tracker()
    tracker.put(ENTRIES, *(entry(n, 1 + n % 3, n, hour=n) for n in range(1, 13)))
    tracker.put(AMOUNTS, entry(20, 2), entry(21, 3, 31, hour=23))
    tracker.sync(warehouse, 1, 2, 3)

    tracker.delete(1, 2, 20)
    tracker.put(ENTRIES, entry(3, 1, 28), entry(30, 2))  # moved inside its month; inserted
    tracker.sync(warehouse, 1, 2)

    tracker.put(ENTRIES, entry(4, 3), entry(5, 1, 5, "moved in"))  # out of 2; from 3, unread
    tracker.sync(warehouse, 1, 2)

    tracker.put(AMOUNTS, entry(7, 2, 7, "another type"), entry(8, 2, 8, "and from outside"))
    tracker.put(ENTRIES, entry(21, 2, 9, "the other way"), entry(30, 2, 1, "edited"))
    tracker.sync(warehouse, 2)

    tracker.delete(*[k for k, (_, row) in tracker.entries.items() if _month(row) == 2])
    tracker.sync(warehouse, 2)

    tracker.put(ENTRIES, entry(7, 2, 7), entry(31, 2, 28, hour=23), entry(32, 1))
    versions = warehouse.schemas()
    tracker.sync(warehouse, 1, 2, 3)

    assert tracker.read == tracker.entries
    assert warehouse.schemas() == versions == 1


def test_an_entry_read_twice_in_one_load_stands_once(warehouse: Warehouse) -> None:
    """Moved while two months were read one after the other, it is kept as it was last."""
    warehouse.load(stage(ENTRIES, [entry(1, 1), entry(2, 2)], month(1), month(2)))
    before, after = entry(2, 1, text="before"), entry(2, 2, text="after")

    warehouse.load(stage(ENTRIES, [after, before], month(1), month(2)))

    assert warehouse.rows(ENTRIES) == [after]


def test_rows_without_a_window_are_added_or_changed_one_by_one(warehouse: Warehouse) -> None:
    """Nothing else goes, nor does it with the marker of a month in which there is nothing."""
    warehouse.load(stage(ENTRIES, [entry(1, 1), entry(2, 2)], month(1), month(2)))
    warehouse.load(stage(ENTRIES, [entry(2, 1, text="edited"), entry(3, 2)]))

    rows = [entry(1, 1), entry(2, 1, text="edited"), entry(3, 2)]
    assert warehouse.rows(ENTRIES) == rows

    warehouse.load(stage(ENTRIES, [], month(3)))

    assert warehouse.rows(ENTRIES) == rows


def test_only_the_window_of_one_person_is_replaced(warehouse: Warehouse) -> None:
    """What others did in the same days stays, and so do the days before and after."""
    may, june, july = date(2026, 5, 31), date(2026, 6, 1), date(2026, 7, 1)
    last = date(2026, 6, 30)
    first = [day(user, on, 8) for user in (1, 2) for on in (may, june, last, july)]
    marks = [Marked(date(2026, 1, 1), date(2027, 1, 1), user) for user in (1, 2)]
    warehouse.load(stage(DAYS, first, *marks))
    assert warehouse.rows(DAYS) == first

    warehouse.load(stage(DAYS, [day(1, june, 6)], Marked(june, july, 1)))

    others = [row for row in first if row["users_id"] == 2]
    assert warehouse.rows(DAYS) == [day(1, may, 8), day(1, june, 6), day(1, july, 8), *others]

    warehouse.load(stage(DAYS, [], Marked(june, july, 1), Marked(may, june, 2)))

    assert warehouse.rows(DAYS) == [day(1, may, 8), day(1, july, 8), *others[1:]]


def day(user: int, on: date, hours: float) -> Row:
    return {"users_id": user, "day": on, "hours": hours}


def test_a_row_on_the_first_day_of_its_window_survives(warehouse: Warehouse) -> None:
    """Where the day or the year is the key itself, the marker of a window is not taken for it."""
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    holidays: list[Row] = [{"day": on, "hours": 8.0} for on in days]
    years: list[Row] = [{"users_id": 1, "year": n, "hours": 1.0} for n in (2025, 2026, 2027)]
    window, number = Marked(date(2026, 1, 1), date(2027, 1, 1)), Marked(2026, 2027)
    everything = Marked(date(2000, 1, 1), date(2100, 1, 1)), Marked(2000, 2100)
    warehouse.load(stage(HOLIDAYS, holidays, everything[0]), stage(YEARS, years, everything[1]))

    again = [row | {"hours": 4.0} for row in holidays[1:3]], [years[1] | {"hours": 2.0}]
    warehouse.load(stage(HOLIDAYS, again[0], window), stage(YEARS, again[1], number))

    assert warehouse.rows(HOLIDAYS) == [holidays[0], *again[0], holidays[3]]
    assert warehouse.rows(YEARS) == [years[0], *again[1], years[2]]

    warehouse.load(stage(HOLIDAYS, [], window), stage(YEARS, [], number))

    assert warehouse.rows(HOLIDAYS) == [holidays[0], holidays[3]]
    assert warehouse.rows(YEARS) == [years[0], years[2]]


def test_only_what_belongs_to_one_place_is_replaced(warehouse: Warehouse) -> None:
    """Its rows come, go and change at once, or vanish altogether; those of others stay."""
    first: list[Row] = [{"space": s, "id": n, "name": "one"} for s in "ab" for n in (1, 2, 3)]
    warehouse.load(stage(TASKS, first, Marked(per="a"), Marked(per="b")))
    again = [{**first[3], "name": "another"}, {"space": "b", "id": 4, "name": None}]
    warehouse.load(stage(TASKS, again, Marked(per="b")))

    assert warehouse.rows(TASKS) == [*first[:3], *again]

    warehouse.load(stage(TASKS, [], Marked(per="a")))

    assert warehouse.rows(TASKS) == again


def test_what_hangs_on_an_entry_goes_where_the_entry_goes(warehouse: Warehouse) -> None:
    """All of its rows leave a month that is not read again, or another place; only those."""

    def tag(number: int, name: str, in_month: int, space: str = "a") -> Row:
        begins = month(in_month).since
        return {"entry": number, "tag": name, "begun_at": begins, "space": space}

    ours = [tag(1, "x", 1), tag(1, "y", 1), tag(2, "x", 1), tag(3, "x", 2)]
    others = [tag(8, "x", 2, "b"), tag(9, "x", 2, "b")]
    marks = [replace(month(n), per=space) for n, space in ((1, "a"), (2, "a"), (2, "b"))]
    warehouse.load(stage(TAGS, [*ours, *others], *marks))

    moved = [tag(1, "y", 2), tag(1, "z", 2), tag(8, "x", 2)]
    warehouse.load(stage(TAGS, moved, replace(month(2), per="a"), gone=[1, 8]))

    assert warehouse.rows(TAGS) == [*moved[:2], ours[2], moved[2], others[1]]

    warehouse.load(stage(TAGS, [], replace(month(2), per="a"), gone=[2]))

    assert warehouse.rows(TAGS) == [others[1]]


def test_a_list_is_replaced_whole(warehouse: Warehouse) -> None:
    """It becomes shorter, empty and full again; and there is a table before there are rows."""
    users: list[Row] = [
        {"id": 1, "name": "Eva"},
        {"id": 2, "name": "Ümit"},
        {"id": 3, "name": None},
    ]

    for rows in ([], users, [users[0], users[2] | {"name": "Ada"}], [], users[1:]):
        warehouse.load(stage(USERS, rows))
        assert warehouse.rows(USERS) == rows


def test_what_grows_keeps_what_it_has_and_doubles_nothing(warehouse: Warehouse) -> None:
    """A load that comes again after a crash leaves the same rows."""
    a, b, c = ({"id": key, "seen_at": datetime(2026, 1, 1, tzinfo=UTC)} for key in "abc")

    warehouse.load(stage(LOG, [a, b]))
    warehouse.load(stage(LOG, [a, b]))
    warehouse.load(stage(LOG, [b, c]))
    warehouse.load(stage(LOG, []))

    assert warehouse.rows(LOG) == [a, b, c]
