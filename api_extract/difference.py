"""What has changed between the rows the destination holds and those just read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa


@dataclass
class Counts:
    """How many rows a load inserts, updates, deletes."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def add(self, other: "Counts") -> None:
        """Add the counts of another span of the same table."""
        self.inserted += other.inserted
        self.updated += other.updated
        self.deleted += other.deleted


def count_changes(old: pa.Table, new: pa.Table, key: Sequence[str]) -> Counts:
    """Compare two states of the same rows, column by column."""
    if not old.num_rows:
        return Counts(inserted=new.num_rows)
    with tables(old=old, new=new) as query:
        row = query.execute(f"""
            select
                count(*) filter (where o.{key[0]} is null),
                count(*) filter (where o.{key[0]} is not null and n.{key[0]} is not null),
                count(*) filter (where n.{key[0]} is null)
            from old as o full join new as n using ({", ".join(key)})
            where {changed(new.column_names)}
        """).fetchone()
    return Counts(*row) if row else Counts()


def changed(columns: Sequence[str]) -> str:
    """Return the condition that any of these columns differs between `o` and `n`."""
    return " or ".join(f'o."{name}" is distinct from n."{name}"' for name in columns)


def keep_known(
    old: pa.Table, new: pa.Table, key: Sequence[str], columns: Sequence[str]
) -> pa.Table:
    """Fill NULLs of these columns from the old rows: a missing right is no missing value."""
    if not columns or not old.num_rows:
        return new
    picks = ", ".join(
        f'coalesce(n."{name}", o."{name}") as "{name}"' if name in columns else f'n."{name}"'
        for name in new.column_names
    )
    with tables(old=old, new=new) as query:
        filled: pa.Table = query.execute(
            f"select {picks} from new as n left join old as o using ({', '.join(key)})"
        ).to_arrow_table()
        return filled.cast(new.schema)


@contextmanager
def tables(**named: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """Query these Arrow tables by name, in memory and in UTC."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, table in named.items():
            connection.register(name, table)
        yield connection
