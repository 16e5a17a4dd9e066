"""`timehouse publish DIR`: the marts as files of their own, for tools that only read.

    marts → DIR/.version-…/ ← DIR/.current ← DIR/timehouse.duckdb, DIR/parquet/

A DuckDB file that is open for writing shuts readers out, and one that is read shuts out the next
sync. So readers get a copy: written beside the last one, and put in its place in one step.
"""

import json
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from api_extract.errors import YourMove
from pipelines.built import MARTS, accounts
from pipelines.models import columns, comments
from pipelines.pending import refuse_a_newer
from pipelines.place import Place
from pipelines.systems import LOADING

COPY, PARQUET = "timehouse.duckdb", "parquet"  # the names that tools know
CURRENT, VERSION, LOCK = ".current", ".version-", ".lock"
A_VERSION = re.escape(VERSION) + "[0-9a-f]{32}"
PUBLISHED = "published.json"  # in the working folder: where copies were published
NOTICES = "rpt_notices"
BUILD = f"SELECT DISTINCT detail FROM {MARTS}.rpt_notices WHERE kind = 'built'"
ROWS_AT_ONCE = 100_000

Tables = dict[str, list[tuple[str, str]]]  # columns with their types, by table


@dataclass
class Published:
    """What was copied: rows by table, bytes of all files, and as of when the marts are."""

    directory: Path
    as_of: datetime
    rows: dict[str, int]
    bytes: int


def publish(place: Place, directory: Path, mode: int = 0o600) -> Published:
    """Copy the marts while holding the warehouse; `mode` is that of the files.

    A folder that is made here may be entered by those who may read. Raises YourMove where there are
    no marts, where the folder holds other things of these names, or lets fewer people in.
    """
    with _held(place):
        homes = {place.warehouse.absolute().parent.resolve(), place.warehouse.resolve().parent}
        if place.destination == "duckdb" and directory.resolve() in homes:
            raise YourMove(
                f"{directory} is the folder of the warehouse, whose name the copy might take. Name"
                " another folder."
            )
        _remember(place, [*_remembered(place), directory])
        return _publish(place, directory, mode, parquet=True)


def republish(place: Place) -> tuple[list[Path], list[Path]]:
    """Copy the marts to wherever they were published, and leave no older copy there.

    For who holds the warehouse. Returns the folders, and those that are not there any more, which
    are then no longer known.
    """
    known = _remembered(place)
    there = [directory for directory in known if _current(directory)]
    for directory in there:
        with _told():
            mode = stat.S_IMODE((directory / CURRENT / COPY).stat().st_mode)
            _publish(place, directory, mode, parquet=True)
            with _taken(directory, mode):
                _clear(directory, _current(directory))
    _remember(place, there)
    return there, [directory for directory in known if directory not in there]


def _remember(place: Place, directories: Iterable[Path]) -> None:
    """Note where copies are, as somebody may have to be forgotten there."""
    known = dict.fromkeys(str(directory.absolute()) for directory in directories)
    beside = place.folder / f"{PUBLISHED}.next"
    beside.write_text(json.dumps([*known]), "utf-8")
    beside.replace(place.folder / PUBLISHED)


def _remembered(place: Place) -> list[Path]:
    try:
        return [Path(each) for each in json.loads((place.folder / PUBLISHED).read_bytes())]
    except (FileNotFoundError, ValueError):
        return []


def refresh(place: Place, directory: Path) -> None:
    """Have a private DuckDB file of the last build there; raises as `publish` does."""
    with _held(place):
        with place.pipeline().sql_client() as client:
            tables = columns(client, MARTS)
            build = client.execute_sql(BUILD) if NOTICES in tables else None
        if not build or [row[0] for row in build] != _build_of(directory / COPY):
            _publish(place, directory, 0o600, parquet=False)


def _build_of(file: Path) -> list[str]:
    try:
        with duckdb.connect(str(file.resolve()), read_only=True) as copy:
            return [row[0] for row in copy.execute(BUILD).fetchall()]
    except duckdb.Error:  # there is none, or it is damaged
        return []


@contextmanager
def _held(place: Place) -> Iterator[None]:
    if place.destination == "duckdb" and not place.warehouse.exists():
        raise YourMove(f"There is no warehouse {place.warehouse}. Run {LOADING} first.")
    with place.locked(), _told():
        with place.at_hand():
            for each in accounts(place):
                refuse_a_newer(each)
        yield


def _publish(place: Place, directory: Path, mode: int, *, parquet: bool) -> Published:
    with _folder(directory.absolute(), mode) as version:
        rows, as_of = _write(place, version, parquet=parquet)
        size = sum(path.stat().st_size for path in version.rglob("*") if path.is_file())
        for path in (path for kept in _versions(directory) for path in (kept, *kept.rglob("*"))):
            path.chmod(_enterable(mode) if path.is_dir() else mode)
    return Published(directory, as_of, rows, size)


@contextmanager
def _folder(directory: Path, mode: int) -> Iterator[Path]:
    """Yield a folder to write into; when all is written, it takes the place of the last one."""
    version = directory / f"{VERSION}{uuid.uuid4().hex}"
    with _taken(directory, mode):
        last = _current(directory)
        version.mkdir()
        try:
            yield version
            for name, target in ((CURRENT, version.name), *_names()):
                _point(directory / name, target, version)
        finally:
            # The last one stays for now: a reader may just have found out where it is.
            _clear(directory, last, _current(directory))


@contextmanager
def _told() -> Iterator[None]:
    """Say whose move it is where a file or a link cannot be written."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise YourMove(f"Cannot write {error.filename}: {error.strerror}.") from error


@contextmanager
def _taken(directory: Path, mode: int) -> Iterator[None]:
    """Make the folder if need be, and keep others from publishing there meanwhile."""
    if not directory.exists():
        directory.mkdir()
        directory.chmod(_enterable(mode))
    if not directory.is_dir():
        raise YourMove(f"{directory} is no folder.")
    lacking = _enterable(mode) & ~directory.stat().st_mode & 0o055
    if lacking:
        raise YourMove(
            f"{directory} lets in fewer people than may read its files: chmod {_enterable(mode):o}"
            " it, or choose another --mode."
        )
    for name, target in (*_names(), (CURRENT, A_VERSION)):
        link = directory / name
        ours = link.is_symlink() and re.fullmatch(target, str(link.readlink()))
        if not ours and os.path.lexists(link):
            raise YourMove(f"{link} is no published copy. Name another folder.")
    with FileLock(directory / LOCK, timeout=0, mode=0o600):
        yield


def _names() -> Iterator[tuple[str, str]]:
    return ((name, f"{CURRENT}/{name}") for name in (COPY, PARQUET))


def _point(link: Path, target: str, version: Path) -> None:
    """Let a name lead elsewhere, in one step; whoever has the old file open goes on reading it."""
    new = version / f"{link.name}.link"
    new.symlink_to(target)
    new.replace(link)


def _clear(directory: Path, *kept: str | None) -> None:
    """Remove what runs that died have left, and all versions but these."""
    for old in _versions(directory):
        if old.name not in kept:
            shutil.rmtree(old)


def _versions(directory: Path) -> list[Path]:
    """Return the folders that runs have made, and no others."""
    return [path for path in directory.glob(f"{VERSION}*") if re.fullmatch(A_VERSION, path.name)]


def _current(directory: Path) -> str | None:
    link = directory / CURRENT
    return link.readlink().name if link.is_symlink() else None


def _enterable(mode: int) -> int:
    return mode | (mode & 0o444) >> 2


def _write(place: Place, version: Path, *, parquet: bool) -> tuple[dict[str, int], datetime]:
    """Write all files; return the rows by table, and as of when the marts are."""
    with place.pipeline().sql_client() as client:
        tables = columns(client, MARTS)
        if NOTICES not in tables:
            raise YourMove(
                f"There are no marts in {place.warehouse}, or older ones. Run `timehouse models`."
            )
        copied = _attached if place.destination == "duckdb" else _streamed
        copied(client, version / COPY, tables)
        described = comments(client, place.destination, MARTS)
    with duckdb.connect(str(version / COPY)) as copy:
        for statement in described:
            copy.execute(statement)
        if parquet:
            (version / PARQUET).mkdir()
            for table in tables:
                copy.execute(
                    f"COPY {MARTS}.{table} TO {_quoted(version / PARQUET / f'{table}.parquet')}"
                    " (FORMAT parquet, COMPRESSION zstd)"
                )
        counts = {
            table: copy.table(f"{MARTS}.{table}").aggregate("count(*)").fetchall()[0][0]
            for table in tables
        }
        ((as_of,),) = copy.sql(
            f"SELECT max(noticed_at) FROM {MARTS}.rpt_notices WHERE kind = 'built'"
        ).fetchall()
    return counts, as_of.astimezone(UTC)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _attached(client: Any, file: Path, tables: Tables) -> None:  # noqa: ANN401 - dlt's clients share no typed base
    """Let DuckDB copy from file to file, which is twice as fast."""
    client.execute_sql(f"ATTACH {_quoted(file)} AS published_copy")
    client.execute_sql(f"CREATE SCHEMA published_copy.{MARTS}")
    for table in tables:
        client.execute_sql(f"CREATE TABLE published_copy.{MARTS}.{table} AS FROM {MARTS}.{table}")
    client.execute_sql("DETACH published_copy")


def _streamed(client: Any, file: Path, tables: Tables) -> None:  # noqa: ANN401 - as above
    """Copy rows from a server, some at a time."""
    with duckdb.connect(str(file)) as copy:
        copy.execute(f"CREATE SCHEMA {MARTS}")
        for table, typed in tables.items():
            declared = ", ".join(f"{name} {kind}" for name, kind in typed)
            copy.execute(f"CREATE TABLE {MARTS}.{table} ({declared})")
            with client.execute_query(f"SELECT * FROM {MARTS}.{table}") as cursor:
                for batch in cursor.iter_arrow(ROWS_AT_ONCE):
                    copy.register("batch", batch)
                    copy.execute(f"INSERT INTO {MARTS}.{table} FROM batch")
