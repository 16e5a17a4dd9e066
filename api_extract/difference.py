"""What has changed between the rows the destination holds and those just read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import duckdb
import pyarrow as pa

from api_extract.columns import ABSENT, loadable


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
    was, now, same = f'o."{key[0]}"', f'n."{key[0]}"', ", ".join(f'"{name}"' for name in key)
    with tables(old=old, new=new) as query:
        row = query.execute(f"""
            select
                count(*) filter (where {was} is null),
                count(*) filter (where {was} is not null and {now} is not null),
                count(*) filter (where {now} is null)
            from old as o full join new as n using ({same})
            where {changed(new.column_names)}
        """).fetchone()
    return Counts(*row) if row else Counts()


def changed(columns: Sequence[str]) -> str:
    """Return the condition that any of these columns differs between `o` and `n`."""
    return " or ".join(f'o."{name}" is distinct from n."{name}"' for name in columns)


def keep_known(
    old: pa.Table,
    new: pa.Table,
    key: Sequence[str],
    follows: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> pa.Table:
    """Return the new rows, with the old value wherever a row lacks the key for want of a right.

    A value that is there and NULL was really removed; only an absent key is no news. `follows`: of
    a column, those it hangs on: where one of them has changed, the old value is not true any more;
    `a=b` is an old `a` that another `b` contradicts.
    """
    if new[ABSENT.name].null_count == new.num_rows or not old.num_rows:
        return loadable(new)
    hidden = {name for names in new[ABSENT.name].to_pylist() for name in names or ()}
    both = {*old.column_names} & {*new.column_names}
    changes = {
        name: " or ".join(
            f'coalesce(o."{was}" <> n."{now}", false)'
            if now
            else f"({changed([was])}) and not list_contains(n._absent, '{was}')"
            for was, _, now in (each.partition("=") for each in follows.get(name, ()))
            if both.issuperset([was, now or was])
        )
        for name in hidden
    }
    picks = ", ".join(
        f"case when list_contains(n._absent, '{name}') and not ({changes[name] or 'false'})"
        f' then coalesce(o."{name}", n."{name}") else n."{name}" end as "{name}"'
        if name in hidden and name in old.column_names
        else f'n."{name}"'
        for name in loadable(new).column_names
    )
    same = " and ".join(f'o."{name}" = n."{name}"' for name in key)
    with tables(old=old, new=new) as query:
        filled: pa.Table = query.execute(
            f"select {picks} from new as n left join old as o on {same}"
        ).to_arrow_table()
        return filled.cast(loadable(new).schema)


@contextmanager
def tables(**named: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """Query these Arrow tables by name, in memory and in UTC."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, table in named.items():
            connection.register(name, table)
        yield connection
