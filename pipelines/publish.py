"""`timehouse publish DIR`: the marts as files of their own, for tools that only read.

    marts → DIR/.version-…/ → DIR/.current → DIR/timehouse.duckdb, DIR/parquet/

A DuckDB file that is open for writing shuts readers out, and one that is read shuts out the next
sync. So readers get a copy: written beside the last one, and put in its place in one step.
"""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from api_extract.errors import YourMove
from pipelines.models import MARTS, columns, comments
from pipelines.place import Place

COPY, PARQUET = "timehouse.duckdb", "parquet"  # the names that tools know
CURRENT, VERSION, LOCK = ".current", ".version-", ".lock"
ROWS_AT_ONCE = 100_000


@dataclass
class Published:
    """What was copied: rows by table, bytes of all files, and as of when the marts are."""

    directory: Path
    as_of: datetime
    rows: dict[str, int]
    bytes: int


def publish(place: Place, directory: Path, mode: int = 0o600, *, parquet: bool = True) -> Published:
    """Copy the marts while holding the warehouse; `mode` is that of the files.

    A folder that is made here gets the same mode, and may be entered by those who may read.
    Raises YourMove where there are no marts, or where the folder holds other things of these names.
    """
    if place.destination == "duckdb" and not place.warehouse.exists():
        raise YourMove(f"There is no warehouse {place.warehouse}. Run `timehouse sync` first.")
    if place.destination == "duckdb" and directory.resolve() == place.warehouse.resolve().parent:
        raise YourMove(f"{directory} is the folder of the warehouse. Name another folder.")
    with place.locked(), _folder(directory.absolute(), mode) as version:
        published = _write(place, version, parquet=parquet)
        for path in (version, *version.rglob("*")):
            path.chmod(_enterable(mode) if path.is_dir() else mode)
    published.directory = directory
    return published


@contextmanager
def _folder(directory: Path, mode: int) -> Iterator[Path]:
    """Yield a folder to write into; when all is written, it takes the place of the last one."""
    version = directory / f"{VERSION}{uuid.uuid4().hex}"
    try:
        if not directory.exists():
            directory.mkdir(parents=True)
            directory.chmod(_enterable(mode))
        lock = FileLock(directory / LOCK, timeout=0, mode=0o600).acquire()
        version.mkdir()
    except Timeout:
        raise
    except OSError as error:
        raise YourMove(f"Cannot write {error.filename}: {error.strerror}.") from error
    with lock:
        try:
            for name in (COPY, PARQUET, CURRENT):
                if (directory / name).exists() and not (directory / name).is_symlink():
                    raise YourMove(f"{directory / name} is no published copy. Name another folder.")
            yield version
            for name, target in ((CURRENT, version.name), *_names()):
                _point(directory / name, target)
        finally:
            _clear(directory)


def _names() -> Iterator[tuple[str, str]]:
    return ((name, f"{CURRENT}/{name}") for name in (COPY, PARQUET))


def _point(link: Path, target: str) -> None:
    """Let a name lead elsewhere, in one step; whoever has the old file open goes on reading it."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    new = link.with_name(f"{link.name}.{uuid.uuid4().hex}")
    new.symlink_to(target)
    new.replace(link)


def _clear(directory: Path) -> None:
    """Remove all but the current version: the one before, and what a run that died has left."""
    link = directory / CURRENT
    current = link.readlink().name if link.is_symlink() else None
    for old in directory.glob(f"{VERSION}*"):
        if old.name != current:
            shutil.rmtree(old)


def _enterable(mode: int) -> int:
    return mode | (mode & 0o444) >> 2


def _write(place: Place, version: Path, *, parquet: bool) -> Published:
    rows: dict[str, int] = {}
    with duckdb.connect(str(version / COPY)) as copy, place.pipeline().sql_client() as client:
        tables = columns(client, MARTS)
        if not tables:
            raise YourMove(f"There are no marts in {place.warehouse}. Run `timehouse models`.")
        copy.execute(f"CREATE SCHEMA {MARTS}")
        for table, described in tables.items():
            typed = ", ".join(f"{name} {kind}" for name, kind in described)
            copy.execute(f"CREATE TABLE {MARTS}.{table} ({typed})")
            rows[table] = 0
            with client.execute_query(f"SELECT * FROM {MARTS}.{table}") as cursor:
                for batch in cursor.iter_arrow(ROWS_AT_ONCE):
                    copy.execute(f"INSERT INTO {MARTS}.{table} FROM batch")
                    rows[table] += batch.num_rows
        for statement in comments(client, place.destination, MARTS):
            copy.execute(statement)
        if parquet:
            (version / PARQUET).mkdir()
            for table in rows:
                copy.execute(
                    f"COPY {MARTS}.{table} TO '{version / PARQUET / table}.parquet'"
                    " (FORMAT parquet, COMPRESSION zstd)"
                )
        as_of: Any = copy.execute(
            f"SELECT max(noticed_at) FROM {MARTS}.rpt_notices WHERE kind = 'built'"
        ).fetchone()
    size = sum(path.stat().st_size for path in version.rglob("*") if path.is_file())
    return Published(version, as_of[0], rows, size)
