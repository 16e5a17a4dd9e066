"""dlt's DuckDB destination, with a cheaper way to drop duplicates from staging.

dlt numbers all rows of a key to keep the first, which takes as long as all the rest of a merge. But
duplicates are rare: they come of a load that was resumed, or of an entry that moved while it was
read. So only rows whose key is there more than once are numbered.
"""

from collections.abc import Sequence
from typing import Any

from dlt.common.destination.client import FollowupJobRequest
from dlt.common.destination.typing import PreparedTableSchema
from dlt.common.schema.utils import (
    get_columns_names_with_prop,
    get_dedup_sort_tuple,
    get_first_column_name_with_prop,
)
from dlt.destinations import duckdb
from dlt.destinations.impl.duckdb.duck import DuckDbClient
from dlt.destinations.sql_client import SqlClientBase
from dlt.destinations.sql_jobs import SqlMergeFollowupJob


class Duck(duckdb):
    """dlt's destination, with a client of our own."""

    @property
    def destination_type(self) -> str:
        """Return dlt's, by which working folders know it."""
        return "dlt.destinations.duckdb"

    @property
    def client_class(self) -> type[DuckDbClient]:
        """Return what writes."""
        return DuckClient


class DuckClient(DuckDbClient):
    """Writes what dlt's writes."""

    def _create_merge_followup_jobs(
        self, table_chain: Sequence[PreparedTableSchema]
    ) -> list[FollowupJobRequest]:
        return [Merge.from_table_chain(table_chain, self.sql_client)]


class Merge(SqlMergeFollowupJob):
    """Deletes from the destination what dlt's would, and inserts what it would."""

    @classmethod
    def gen_merge_sql(
        cls, table_chain: Sequence[PreparedTableSchema], sql_client: SqlClientBase[Any]
    ) -> list[str]:
        """Return the statements; once what is replaced is deleted, what is staged twice is, too."""
        *first, insert = super().gen_merge_sql(table_chain, sql_client)
        table: Any = table_chain[0]  # no table has others nested in it
        _, staged = sql_client.get_qualified_table_names(table["name"])
        escaped = sql_client.escape_column_name
        key = ", ".join(map(escaped, get_columns_names_with_prop(table, "primary_key")))
        newest = get_dedup_sort_tuple(table)
        order = f"{escaped(newest[0])} {newest[1]}" if newest else "rowid"
        marks = get_first_column_name_with_prop(table, "hard_delete")
        # Never a marker: it says what is replaced, also where the merge has to be done again.
        row = f"{escaped(marks)} IS NOT TRUE AND" if marks else ""
        again = f"""
            DELETE FROM {staged} WHERE {row} rowid IN (
                SELECT id_of_row FROM (
                    SELECT
                        rowid AS id_of_row,
                        row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS number
                    FROM {staged}
                    WHERE ({key}) IN (SELECT {key} FROM {staged} GROUP BY {key} HAVING count(*) > 1)
                )
                WHERE number > 1
            );
        """
        return [*first, again, insert]

    @classmethod
    def gen_select_from_dedup_sql(cls, *args: Any, **named: Any) -> str:  # noqa: ANN401 - dlt's own
        """Return all rows that are left."""
        return super().gen_select_from_dedup_sql(*args, **named | {"skip_dedup": True})
