"""Where a run may not work, or not at this moment: told before the first request."""

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from pipelines.exits import NEWER, Exit
from tests.terminal import Terminal

HEADER = 4096  # bytes of a DuckDB file


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _file_as_working_folder(path: Path) -> None:
    (path.parent / ".timehouse").rename(path.parent / "elsewhere")
    (path.parent / ".timehouse").touch()


def _forge_version(path: Path) -> None:
    """Write a storage version to come into the header, with the checksum that fits."""
    header = bytearray(path.read_bytes()[:HEADER])
    header[12:20] = struct.pack("<Q", 99)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", header[8:]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    header[:8] = struct.pack("<Q", checksum)
    with path.open("r+b") as file:
        file.write(header)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            _folder,
            "Error: Invalid value for '--warehouse': File 'warehouse.duckdb' is a directory.",
        ),
        (
            lambda path: path.write_text("Not a database, but a letter."),
            "--warehouse: warehouse.duckdb is no DuckDB file.",
        ),
        (lambda path: path.write_bytes(b""), "--warehouse: warehouse.duckdb is no DuckDB file."),
        (
            lambda path: path.write_bytes(b"SQLite format 3\0" * 1_000),
            "--warehouse: warehouse.duckdb is no DuckDB file.",
        ),
        (
            _file_as_working_folder,
            "Cannot write {folder}/.timehouse/warehouse.duckdb: Not a directory.",
        ),
        (_forge_version, NEWER),
    ],
)
@pytest.mark.parametrize("verb", ["sync", "status"])
def test_a_warehouse_that_cannot_be_one_is_told(
    terminal: Terminal, spoil: Callable[[Path], object], message: str, verb: str
) -> None:
    """Whatever stands in its place is left alone."""
    spoil(terminal.account.place.warehouse)

    said = terminal(verb)

    wanted = message.format(folder=terminal.folder)
    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, wanted, 0)


@contextmanager
def _without_rights() -> Iterator[None]:
    """Be nobody for a while where the tests run as root, who may write anywhere."""
    user, nobody = os.geteuid(), 65_534
    try:
        if user == 0:
            os.seteuid(nobody)
        yield
    finally:
        os.seteuid(user)


def test_a_place_that_may_not_be_written_to_is_told(terminal: Terminal) -> None:
    """A folder, or the warehouse in it."""
    terminal("status")  # what is imported late may be out of nobody's reach
    with TemporaryDirectory(prefix="timehouse-") as made:
        folder, warehouse = Path(made), Path(made, "w.duckdb")
        folder.chmod(0o555)
        with _without_rights():
            said = terminal("--warehouse", str(warehouse), "sync")
        assert (said.exit, said.requests) == (Exit.YOUR_MOVE, 0)
        assert said.line == f"Cannot write {folder}/.timehouse: Permission denied."

        folder.chmod(0o777)
        duckdb.connect(str(warehouse)).close()
        warehouse.chmod(0o444)
        with _without_rights():
            said = terminal("--warehouse", str(warehouse), "sync")
        assert (said.exit, said.requests) == (Exit.YOUR_MOVE, 0)
        assert said.line == (
            "The warehouse cannot be opened or written: IO Error: Cannot open file"
            f' "{warehouse}": Permission denied'
        )


def test_a_clock_that_was_set_back_is_told(terminal: Terminal) -> None:
    """Old windows would be read as the recent ones; a moment that is named is taken."""
    people = ("sync", "--no-models", "--resources", "users")
    assert terminal(*people, "--as-of", "2037-01-01T12:00:00Z").exit == Exit.DONE
    before = terminal.account.query("select * from clockodo_raw.resource_status order by all")

    said = terminal(*people, TIMEHOUSE_AS_OF=None)

    now = datetime.strptime(said.line[6:22], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=2)
    assert (said.exit, said.requests) == (Exit.YOUR_MOVE, 0)
    assert said.line == (
        f"It is {now:%Y-%m-%d %H:%M} UTC by this machine's clock, but the last load was as of"
        " 2037-01-01 12:00 UTC. If the clock is wrong, set it. If it was wrong then, run"
        f" `timehouse sync clockodo` once with --as-of {now:%Y-%m-%dT%H:%MZ}."
    )
    after = terminal.account.query("select * from clockodo_raw.resource_status order by all")
    assert after == before
    # It was the earlier clock that was wrong: one named moment puts it right for good.
    assert terminal(*people, *said.line.rstrip(".").split()[-2:]).exit == Exit.DONE
    terminal.account.world.now = datetime.now(UTC)
    assert terminal(*people, TIMEHOUSE_AS_OF=None).exit == Exit.DONE
