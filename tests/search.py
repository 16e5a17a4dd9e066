"""Looks for words in all that a run leaves behind, inside of what is compressed as well."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

Content = Iterator[tuple[str, bytes]]


def holding(folder: Path, *words: str) -> set[tuple[str, str]]:
    """Return which word stands in which file or table below a folder."""
    return {
        (word, place)
        for file in _files(folder)
        for place, content in _contents(file)
        for word in words
        if word.encode() in content
    }


def columns(folder: Path, table: str) -> set[str]:
    """Return the columns that a table has anywhere below a folder, in files or in a warehouse."""
    names: set[str] = set()
    for file in _files(folder):
        if file.name.startswith(f"{table}.") and _is_parquet(file):
            names |= set(pq.read_schema(file).names)
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as connection:
                found = connection.execute(
                    "select column_name from duckdb_columns() where table_name = ?", [table]
                ).fetchall()
            names |= {name for (name,) in found}
    return names


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


GZIP = b"\x1f\x8b"


def _is_parquet(file: Path) -> bool:
    """Tell by the content, as dlt gives the same name to notes on what it is moving."""
    with file.open("rb") as opened:
        return opened.read(4) == b"PAR1"


def _contents(file: Path) -> Content:
    raw = file.read_bytes()
    yield file.name, raw
    if _is_parquet(file):
        yield file.name, str(pq.read_table(file).to_pydict()).encode()
    if raw.startswith(GZIP):
        yield file.name, gzip.decompress(raw)
    if file.suffix == ".duckdb":
        yield from _tables(file)


def _tables(file: Path) -> Content:
    with duckdb.connect(str(file), read_only=True) as connection:
        names: Iterable[tuple[str, str]] = connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        for schema, name in names:
            statement = f'select rows::varchar from "{schema}"."{name}" as rows'
            rows = connection.execute(statement).fetchall()
            yield f"{schema}.{name}", "\n".join(row for (row,) in rows).encode()
