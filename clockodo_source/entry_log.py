"""The log of changes: which entries were inserted, updated, deleted, and what was different."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from api_extract.difference import changed, tables
from api_extract.tables import Column, Table
from clockodo_source.tables import ENTRIES_WIRE

# What hours, revenue and their place in a report hang on; texts and names are only mentioned.
VALUES = (
    "type",
    "time_since",
    "time_until",
    "users_id",
    "customers_id",
    "projects_id",
    "subprojects_id",
    "services_id",
    "lumpsum_services_id",
    "billable",
    "duration",
    "hourly_rate",
    "revenue",
    "lumpsum",
    "lumpsum_services_amount",
    "lumpsum_services_price",
    "test_data",
)

_SQL_TYPES = {
    "bigint": "bigint",
    "double": "double",
    "bool": "boolean",
    "timestamp": "timestamptz",
}

ENTRY_CHANGES = Table(
    name="entry_changes",
    key=("change_id",),
    columns=(
        Column("change_id", "text", "Load that saw the change, entry, kind: equal when resumed."),
        Column("entry_id", "bigint", "The entry's id."),
        Column("kind", "text", "inserted, updated or deleted."),
        Column("seen_at", "timestamp", "As-of instant of the run that saw the change."),
        Column("changed", "json", "Names of the columns that differ; null unless updated."),
        *(
            Column(f"old_{n}", ENTRIES_WIRE.kind(n), f"`{n}` before; null: inserted.")
            for n in VALUES
        ),
        *(Column(f"new_{n}", ENTRIES_WIRE.kind(n), f"`{n}` after; null: deleted.") for n in VALUES),
    ),
    description=(
        "Changes seen since a window was first read, which is the base line."
        " One row per change of an entry."
    ),
    grows=True,
)


def log_changes(
    old: pa.Table, new: pa.Table, fresh: Sequence[int], seen_at: datetime, generation: int
) -> pa.Table:
    """Return the rows of the log that lead from the old entries to the new ones.

    `fresh`: ids read for the first time with their whole window, whose insertion is no change.
    """
    fresh_ids = pa.table({"id": pa.array(fresh, pa.int64())})
    with tables(old=old, new=new, fresh=fresh_ids) as query:
        names = [n for n in new.column_names if n in old.column_names]
        query.execute(_statement(names, generation), {"seen_at": seen_at})
        rows: pa.Table = query.to_arrow_table()
    return rows.cast(ENTRY_CHANGES.schema)


def _statement(names: Sequence[str], generation: int) -> str:
    differing = ", ".join(
        f'case when o."{n}" is distinct from n."{n}" then \'{n}\' end' for n in names
    )
    values = ", ".join(
        f'try_cast({side}."{n}" as {_SQL_TYPES[ENTRIES_WIRE.kind(n)]}) as {prefix}_{n}'
        if n in names
        else f"null as {prefix}_{n}"
        for side, prefix in (("o", "old"), ("n", "new"))
        for n in VALUES
    )
    return f"""
        select
            {generation} || '-' || id || '-' || kind as change_id,
            id as entry_id, kind, $seen_at as seen_at,
            case when kind = 'updated' then to_json(list_sort(differing)) end as changed,
            * exclude (id, kind, differing)
        from (
            select
                id,
                case
                    when o.id is null then 'inserted'
                    when n.id is null then 'deleted' else 'updated'
                end as kind,
                list_filter([{differing}], lambda x: x is not null) as differing,
                {values}
            from old as o full join new as n using (id)
            where {changed(names)}
        )
        where not (kind = 'inserted' and id in (from fresh))
        order by id
    """


def latest(log: pa.Table) -> pa.Table:
    """Return the log with each change once: of an entry read twice in a run, as read last."""
    numbered = log.append_column("number", pa.array(range(log.num_rows), pa.int64()))
    last = numbered.group_by("change_id").aggregate([("number", "max")])
    return log.take(last["number_max"])
