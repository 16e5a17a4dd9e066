"""A published copy: the marts, whole, readable at any moment, and by nobody else."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import duckdb
import pytest
from click import BadParameter

from api_extract.errors import YourMove
from pipelines.options import permissions
from pipelines.place import Place
from pipelines.publish import publish, republish
from tests.conftest import COMMENTS, command

WAREHOUSE = "timehouse-demo.duckdb"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def test_a_copy_is_the_marts_and_nothing_else(demo_place: Place) -> None:
    """Every row, type and comment of every mart, in a DuckDB file and in Parquet; no raw table.

    Whoever reads it keeps no run from writing the warehouse.
    """
    folder = demo_place.warehouse.parent
    ran = command(folder, "--warehouse", WAREHOUSE, "publish", "bi's", TZ="Asia/Tokyo")
    assert ran.returncode == 0, ran.stderr
    assert "As of 2026-11-18 10:30 UTC" in ran.stdout
    (folder / "bi").symlink_to("bi's")

    with duckdb.connect(str(folder / "bi/timehouse.duckdb"), read_only=True) as copy:
        with duckdb.connect(str(demo_place.warehouse)) as warehouse:
            marts = warehouse.execute(COMMENTS).fetchall()
            assert copy.execute(COMMENTS).fetchall() == marts
        described = copy.execute("select distinct schema_name from duckdb_tables()").fetchall()
        assert described == [("marts",)]
        copy.execute(f"attach '{demo_place.warehouse}' as warehouse (read_only)")
        names = {row[0] for row in marts}
        assert len(names) == 19
        for name in names:
            of_both = (f"warehouse.marts.{name}", f"marts.{name}")
            parquet = f"'{folder}/bi/parquet/{name}.parquet'"
            types = [copy.execute(f"describe from {table}").fetchall() for table in of_both]
            assert types[0] == types[1]
            for other in (of_both[1], parquet):
                for one, two in ((of_both[0], other), (other, of_both[0])):
                    left = copy.execute(f"(from {one}) except all (from {two})").fetchall()
                    assert left == [], name


def test_a_copy_is_its_owners_alone_unless_told_otherwise(demo_place: Place) -> None:
    """Files 0600 in folders 0700, whatever the umask; with --mode 0640 the group may read."""
    before = os.umask(0o000)
    try:
        for mode, folders in ((0o600, 0o700), (0o640, 0o750)):
            folder = demo_place.warehouse.parent / oct(mode)
            publish(demo_place, folder, mode)
            made = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
            copied = [path for path in made if path.suffix in (".duckdb", ".parquet")]
            assert len(copied) == 20
            assert {path.stat().st_mode & 0o777 for path in copied} == {mode}
            assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {folders}
    finally:
        os.umask(before)


@pytest.mark.long
def test_readers_see_whole_copies_only(demo_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """While copies follow one another, each look finds all of one; the last two stay."""
    monkeypatch.chdir(demo_place.warehouse.parent)
    folder = Path("bi")
    wanted = [publish(demo_place, folder).rows["fct_time_entries"]]

    with _looked_at(folder.absolute()) as seen:
        for _ in range(3):
            with duckdb.connect(str(demo_place.warehouse)) as warehouse:
                warehouse.execute(
                    "delete from marts.fct_time_entries where entry_id ="
                    " (select min(entry_id) from marts.fct_time_entries)"
                )
            wanted.append(publish(demo_place, folder).rows["fct_time_entries"])

    assert set(seen) <= set(wanted)
    assert len(set(wanted)) == 4
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) > 1
    assert len([path for path in files(folder) if path.suffix == ".duckdb"]) == 2


@contextmanager
def _looked_at(folder: Path) -> Iterator[list[int]]:
    """Open the copy again and again meanwhile; yield the numbers of entries that were found."""
    seen: list[int] = []
    enough = Event()

    def look() -> None:
        while not enough.wait(0.05):
            with duckdb.connect(str(folder / "timehouse.duckdb"), read_only=True) as copy:
                parquet = f"'{folder}/parquet/fct_time_entries.parquet'"
                tables = ("marts.fct_time_entries", parquet)
                counts = (copy.execute(f"select count(*) from {table}") for table in tables)
                seen.extend(found.fetchall()[0][0] for found in counts)

    reader = Thread(target=look)
    reader.start()
    try:
        yield seen
    finally:
        enough.set()
        reader.join()


def test_a_copy_that_is_gone_is_told_once(demo_place: Place) -> None:
    """What was moved or deleted cannot be made anew; to say so for ever would hide what is new."""
    folder = demo_place.warehouse.parent
    publish(demo_place, folder / "bi")
    publish(demo_place, folder / "moved")
    shutil.rmtree(folder / "moved")

    with demo_place.locked():
        assert republish(demo_place) == ([folder / "bi"], [folder / "moved"])
        assert republish(demo_place) == ([folder / "bi"], [])


def test_a_copy_that_fails_leaves_the_last(demo_place: Place) -> None:
    """Without marts, or with other things in the way, nothing changes and the message tells why.

    What a run that died has left behind is cleared by the next.
    """
    folder = demo_place.warehouse.parent
    publish(demo_place, folder / "bi")
    died = folder / f"bi/.version-{32 * 'd'}"
    died.mkdir()
    (folder / "bi/.version-of-somebody").mkdir()
    publish(demo_place, folder / "bi")
    assert not died.exists()
    assert (folder / "bi/.version-of-somebody").exists()
    with pytest.raises(YourMove, match=r"bi lets in fewer people .*: chmod 750 it"):
        publish(demo_place, folder / "bi", 0o640)
    before = (folder / "bi/timehouse.duckdb").resolve(strict=True)
    with duckdb.connect(str(demo_place.warehouse)) as warehouse:
        warehouse.execute("drop schema marts cascade")
    (folder / "own").mkdir()
    (folder / "own/timehouse.duckdb").write_text("somebody's")
    (folder / "links").mkdir()
    (folder / "links/timehouse.duckdb").symlink_to(demo_place.warehouse)
    linked = Place(warehouse=folder / "links/timehouse.duckdb")
    nowhere = Place(warehouse=folder / "none.duckdb")

    for where, target, message in (
        (demo_place, "bi", "There are no marts in .*, or older ones. Run `timehouse models`."),
        (linked, "links", " is the folder of the warehouse, .* Name another folder."),
        (demo_place, "links", "timehouse.duckdb is no published copy. Name another folder."),
        (demo_place, "own", "timehouse.duckdb is no published copy. Name another folder."),
        (demo_place, ".", " is the folder of the warehouse, .* Name another folder."),
        (demo_place, WAREHOUSE, "timehouse-demo.duckdb is no folder."),
        (demo_place, "none/bi", "Cannot write .*/none/bi: No such file or directory."),
        (nowhere, "bi", "There is no warehouse .*. Run `timehouse sync clockodo` or .* first."),
    ):
        with pytest.raises(YourMove, match=message):
            publish(where, folder / target)
    for mode in ("0777", "0200", "600x", "0606 ", "0660", "0666"):
        with pytest.raises(BadParameter, match="is no mode of a file such as 0600"):
            permissions(mode)

    assert (folder / "bi/timehouse.duckdb").resolve(strict=True) == before
    assert (folder / "own/timehouse.duckdb").read_text() == "somebody's"
