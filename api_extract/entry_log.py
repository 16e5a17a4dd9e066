"""The log of changes: which entries were inserted, updated, deleted, and what was different."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.difference import changed, tables
from api_extract.tables import UNDECLARED, Column, Kind, Table

_SQL_TYPES: dict[Kind, str] = {
    "bigint": "bigint",
    "double": "double",
    "bool": "boolean",
    "text": "varchar",
    "timestamp": "timestamptz",
    "json": "varchar",
}


@dataclass(frozen=True)
class Log:
    """The log of one source; `values`: what hours, revenue and their place in a report hang on.

    `wire`: the table of all that an entry may have. Texts and names are only mentioned.
    """

    wire: Table
    values: tuple[str, ...]
    table: Table = field(init=False)

    def __post_init__(self) -> None:
        columns = (
            Column("change_id", "text", "Load that saw the change, entry, kind: equal if resumed."),
            Column("entry_id", self.wire.kind("id"), "The entry's id."),
            Column("kind", "text", "inserted, updated or deleted."),
            Column("seen_at", "timestamp", "As-of instant of the run that saw the change."),
            Column("changed", "json", "Names of the columns that differ; null unless updated."),
            *self._column_for_each("old", "before; null: inserted."),
            *self._column_for_each("new", "after; null: deleted."),
        )
        description = (
            "Changes seen since a window was first read, which is the base line."
            " One row per change of an entry."
        )
        table = Table("entry_changes", ("change_id",), columns, description, grows=True)
        object.__setattr__(self, "table", table)

    @property
    def empty(self) -> pa.Table:
        """A log of nothing."""
        return self.table.full_schema.empty_table()

    def changes(
        self,
        old: pa.Table,
        new: pa.Table,
        fresh: Sequence[int | str],
        seen_at: datetime,
        generation: int,
    ) -> pa.Table:
        """Return the rows that lead from the old entries to the new ones.

        `fresh`: ids read for the first time with their whole window, whose insertion is no change.
        """
        if not old.num_rows and len(fresh) == new.num_rows:
            return self.empty  # all is base line, as in a first load
        fresh_ids = pa.table({"id": pa.array(fresh, new.schema.field("id").type)})
        names = sorted({*new.column_names} & {*old.column_names})
        with tables(old=old, new=new, fresh=fresh_ids) as query:
            query.execute(self._statement(names, generation), {"seen_at": seen_at})
            rows: pa.Table = query.to_arrow_table()
        place = rows.column_names.index("changed")
        rows = rows.set_column(place, "changed", _listed(rows["changed"], names))
        rows = rows.cast(self.table.schema)
        return rows.append_column(UNDECLARED.name, pa.nulls(rows.num_rows, pa.string()))

    def _column_for_each(self, prefix: str, when: str) -> list[Column]:
        return [Column(f"{prefix}_{n}", self.wire.kind(n), f"`{n}` {when}") for n in self.values]

    def _statement(self, names: Sequence[str], generation: int) -> str:
        """Return what finds the changes; `changed` has a bit for each name that differs."""
        bits = " | ".join(
            f'((o."{n}" is distinct from n."{n}")::bigint << {bit})' for bit, n in enumerate(names)
        )
        values = ", ".join(
            f'try_cast({side}."{n}" as {_SQL_TYPES[self.wire.kind(n)]}) as {prefix}_{n}'
            if n in names
            else f"null as {prefix}_{n}"
            for side, prefix in (("o", "old"), ("n", "new"))
            for n in self.values
        )
        return f"""
            select
                {generation} || '-' || id || '-' || kind as change_id,
                id as entry_id, kind, $seen_at as seen_at,
                case when kind = 'updated' then bits end as changed, * exclude (id, kind, bits)
            from (
                select
                    id,
                    case
                        when o.id is null then 'inserted'
                        when n.id is null then 'deleted' else 'updated'
                    end as kind,
                    {bits} as bits,
                    {values}
                from old as o full join new as n using (id)
                where {changed(names)}
            )
            where not (kind = 'inserted' and id in (from fresh))
        """


def _listed(bits: pa.ChunkedArray, names: Sequence[str]) -> pa.Array:
    """Return the names of the bits that are set, as JSON; few sets of them ever differ."""
    sets = bits.combine_chunks().dictionary_encode()
    lists = [
        msgspec.json.encode([n for bit, n in enumerate(names) if one >> bit & 1]).decode()
        for one in sets.dictionary.to_pylist()
    ]
    return pa.array(lists, pa.string()).take(sets.indices)


class Logged:
    """The log of one run until its end, compressed, as all entries may have changed."""

    def __init__(self) -> None:
        self._parts: list[pa.Buffer] = []
        self._changes: list[pa.ChunkedArray] = []

    def add(self, rows: pa.Table) -> None:
        """Keep some rows of the log."""
        if rows.num_rows:
            sink = pa.BufferOutputStream()
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.ipc.new_stream(sink, rows.schema, options=options) as writer:
                writer.write_table(rows)
            self._parts.append(sink.getvalue())
            self._changes.append(rows["change_id"])

    def latest(self) -> Iterator[pa.Table]:
        """Yield the log with each change once: of an entry read twice in a run, as read last."""
        counts = [len(changes) for changes in self._changes]
        chunks = [chunk for changes in self._changes for chunk in changes.chunks]
        numbered = pa.table(
            {"change": pa.chunked_array(chunks, pa.string()), "number": range(sum(counts))}
        )
        last = numbered.group_by("change").aggregate([("number", "max")])["number_max"]
        for buffer, first in zip(self._parts, accumulate(counts, initial=0), strict=False):
            rows = pa.ipc.open_stream(buffer).read_all()
            if len(last) < sum(counts):
                numbers = pa.array(range(first, first + rows.num_rows))
                rows = rows.filter(pc.is_in(numbers, last))
            yield rows
