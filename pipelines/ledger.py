"""The books: what each run saw, in plain SQL after its load, and without one if nothing changed."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import dlt
from dlt.destinations.exceptions import DatabaseUndefinedRelation

from api_extract.report import Report, ResourceReport
from api_extract.totals import Compared
from pipelines.place import Place
from pipelines.statements import Names, delete, insert
from pipelines.systems import SYSTEMS

USER_IDS = {"bigint": "bigint", "text": "varchar"}

TABLES = {
    "api_identity": (
        "run_id varchar, as_of timestamp with time zone, ended_at timestamp with time zone,"
        " loaded boolean, users_id {user_id}, role varchar, timezone varchar, rights varchar,"
        " undeclared varchar, filter varchar, hard_budget_revenue boolean"
    ),
    "resource_status": (
        "run_id varchar, as_of timestamp with time zone, ended_at timestamp with time zone,"
        " resource varchar, status varchar, rows_read bigint, requests bigint, detail varchar"
    ),
    "run_reports": (
        "run_id varchar, as_of timestamp with time zone, ended_at timestamp with time zone,"
        " exit bigint, report varchar"
    ),
    "forgotten_people": (
        "run_id varchar, as_of timestamp with time zone, ended_at timestamp with time zone,"
        " users_id {user_id}"
    ),
    "sync_windows": (
        "resource varchar, window_from date, window_until date, read_at timestamp with time zone,"
        " rows_read bigint, content_hash varchar"
    ),
    "reconciliations": (
        "run_id varchar, as_of timestamp with time zone, ended_at timestamp with time zone,"
        " month date, measure varchar, tracker_value decimal(18, 6),"
        " warehouse_value decimal(18, 6), differs boolean"
    ),
    "reconciliation_cells": (
        "run_id varchar, month date, measure varchar, users_id varchar, projects_id varchar,"
        " billing varchar, tracker_value decimal(18, 6), warehouse_value decimal(18, 6)"
    ),
}

# Whether entries, and what is due, agreed in a month by each comparison.
AGREEMENTS = (
    "SELECT month, kind, run_id, max(as_of) AS as_of, max(ended_at) AS ended_at,"
    " max(CASE WHEN differs THEN 1 ELSE 0 END) AS differing,"
    " max(CASE WHEN tracker_value = 0 AND warehouse_value = 0 THEN 0 ELSE 1 END) AS filled"
    " FROM (SELECT *, CASE WHEN measure IN ('hours', 'revenue') THEN 'entries' ELSE 'due' END"
    " AS kind FROM {reconciliations}) AS kinds GROUP BY month, kind, run_id"
)
BOOKS = ("api_identity", "run_reports", "reconciliations")  # whose rows have an order
EMPTY = "tracker_value = 0 AND warehouse_value = 0 AND NOT differs"


class Ledger:
    """Writes and reads the book-keeping of one account."""

    def __init__(self, pipeline: dlt.Pipeline, place: Place) -> None:
        self._pipeline = pipeline
        self._place = place

    def write(
        self,
        report: Report,
        as_of: datetime,
        told: Mapping[str, Any],
        failure: str | None = None,
    ) -> None:
        """Add a run, with what it `told`; a window that was read replaces what was noted before.

        Of a run that failed, only where and why it did is noted, whatever packages it had loaded.
        """
        run = (uuid.uuid4().hex, as_of, self._later())
        seen = zip((report.rights, report.undeclared), self._seen_at_rest(report), strict=True)
        identity = (
            *(*run, failure is None),
            *(report.owner, report.owner_role, report.timezone),
            *(json.dumps(sorted({*now, *before})) for now, before in seen),
            None if report.dataset is None else json.dumps(report.dataset["filter"]),
            None if report.dataset is None else report.dataset.get("hard_budget_revenue"),
        )
        resources = list(report.resources.items())
        statuses: list[tuple[Any, ...]] = [
            (*run, n, r.status, r.rows, r.requests, r.detail or None)
            for n, r in resources
            if r.status != "not due"  # how it is was told by the run that read it
        ]
        windows = [
            (w.resource, w.since, w.until, as_of, w.rows, w.content_hash)
            for w in report.windows.values()
        ]
        if failure is not None:
            name, last = resources[-1] if resources else ("users", ResourceReport())
            statuses, windows = [(*run, name, "failed", last.rows, last.requests, failure)], []
        with self._place.turn(), self.changing() as client:
            self._make_tables(client)
            if report.owner is not None:
                insert(client, "api_identity", [identity])
            said = json.dumps(told, default=str)
            insert(client, "run_reports", [(*run, told["exit"], said)])
            insert(client, "resource_status", statuses)
            same = [window[:3] for window in windows]
            delete(client, "sync_windows", "resource, window_from, window_until", same)
            insert(client, "sync_windows", windows)

    def _seen_at_rest(self, report: Report) -> tuple[set[str], set[str]]:
        """Return which rights, and which keys nobody documented, showed in lists not due now."""
        resources = SYSTEMS[self._place.system].resources
        resting = [resources[n] for n, r in report.resources.items() if r.status == "not due"]
        tables = {t.name for one in resting for t in (*one.tables, one.wire) if t is not None}
        last = self._latest("SELECT rights, undeclared FROM {api_identity} WHERE loaded")
        rights, undeclared = map(json.loads, last or ("[]", "[]"))
        return (
            {column for column in rights if column.split(".")[0] in tables},
            {column for column in undeclared if column.split(".")[0] in tables},
        )

    def amend(self, told: Mapping[str, Any]) -> None:
        """Put into the report of the last run what it told only after its load."""
        ((run, said),) = self.read(
            "SELECT run_id, report FROM {run_reports} ORDER BY ended_at DESC LIMIT 1"
        )
        report = json.loads(said) | told
        self.read(
            "UPDATE {run_reports} SET exit = %s, report = %s WHERE run_id = %s",
            *(report["exit"], json.dumps(report, default=str), run),
        )

    def note(self, found: Iterable[Compared], as_of: datetime) -> None:
        """Add a comparison with the tracker: all months, and the cells that differ.

        Of months in which there is nothing, the newest is enough.
        """
        run = (uuid.uuid4().hex, as_of, self._later())
        rows: list[tuple[Any, ...]] = []
        cells: list[tuple[Any, ...]] = []
        for one in found:
            values = round(one.tracker, 6), round(one.warehouse, 6)
            if one.cell:
                cells.append((run[0], one.month, one.measure, *one.cell[1:], *values))
            else:
                rows.append((*run, one.month, one.measure, *values, one.differs))
        with self.changing() as client:
            self._make_tables(client)
            empty = [row[3:5] for row in rows if not any(row[5:])]
            delete(client, "reconciliations", "month, measure", empty, f" AND {EMPTY}")
            insert(client, "reconciliations", rows)
            insert(client, "reconciliation_cells", cells)

    def compared(self) -> dict[date, tuple[datetime, bool]]:
        """Return when each month was last compared with the tracker, and whether it differed."""
        try:
            found = self.read(
                "SELECT month, max(as_of), max(differing) FROM (SELECT *,"
                " row_number() OVER (PARTITION BY month, kind ORDER BY ended_at DESC) AS age"
                f" FROM ({AGREEMENTS}) AS runs) AS aged WHERE age = 1 GROUP BY month"
            )
        except DatabaseUndefinedRelation:
            return {}
        return {month: (as_of.astimezone(UTC), bool(differs)) for month, as_of, differs in found}

    def forgotten(self) -> dict[int | str, datetime]:
        """Return the ids of the people who were forgotten, and when, by the clock."""
        try:
            rows = self.read("SELECT users_id, ended_at FROM {forgotten_people}")
        except DatabaseUndefinedRelation:
            rows = []
        return {person: ended_at.astimezone(UTC) for person, ended_at in rows}

    @contextmanager
    def forgetting(self, person: int | str, as_of: datetime) -> Iterator[Any]:
        """Yield a client to erase by; what it does, and who was forgotten, is noted all at once."""
        run = (uuid.uuid4().hex, as_of, self._later())
        with self.changing() as client:
            self._make_tables(client)
            delete(client, "forgotten_people", "users_id", [(person,)])
            insert(client, "forgotten_people", [(*run, person)])
            yield client

    @contextmanager
    def changing(self) -> Iterator[Any]:
        """Yield a client whose changes are made all at once."""
        with self._client() as client, client.begin_transaction():
            yield client

    def last_as_of(self) -> datetime | None:
        """Return the instant of the last run that loaded, None if none has."""
        found = self._latest("SELECT as_of FROM {api_identity} WHERE loaded")
        return found[0].astimezone(UTC) if found else None

    def timezone(self) -> str | None:
        """Return the zone of the last run that loaded, None if none has."""
        found = self._latest("SELECT timezone FROM {api_identity} WHERE loaded")
        return found[0] if found else None

    def agreements(self) -> dict[int, datetime | None]:
        """Return as of when each year last agreed: by then or later, each of its months did.

        None: one of them never did, or its entries were never compared. Years without entries are
        left out.
        """
        entries = SYSTEMS[self._place.system].entries
        try:
            found = self.read(
                "SELECT month, kind, max(CASE WHEN differing = 0 THEN as_of END), max(filled)"
                f" FROM ({AGREEMENTS}) AS runs GROUP BY month, kind"
            )
            read = self.read(
                "SELECT window_from FROM {sync_windows} WHERE resource = %s AND rows_read > 0",
                entries,
            )
        except DatabaseUndefinedRelation:
            return {}
        if not found:
            return {}
        filled = {month.replace(day=1) for (month,) in read}
        filled |= {month for month, _, _, is_filled in found if is_filled}
        agreed: dict[int, list[datetime | None]] = {}
        for month, _, last, _ in found:
            agreed.setdefault(month.year, []).append(last and last.astimezone(UTC))
        for month in filled - {month for month, kind, *_ in found if kind == "entries"}:
            agreed.setdefault(month.year, []).append(None)
        return {
            year: None if None in moments else min(filter(None, moments))
            for year, moments in sorted(agreed.items())
            if year in {month.year for month in filled}
        }

    def reader(self) -> tuple[str, str | None]:
        """Return as whom the last run read that has loaded, and the role."""
        found = self._latest("SELECT users_id, role FROM {api_identity} WHERE loaded")
        return (str(found[0]), found[1]) if found else ("", None)

    def notices(self) -> list[tuple[Any, ...]]:
        """Return what keeps the warehouse from being all the tracker says, as last seen."""
        try:
            return self.read(
                "SELECT resource, status FROM (SELECT *, row_number() OVER (PARTITION BY resource"
                " ORDER BY ended_at DESC) AS age FROM {resource_status}) AS runs"
                " WHERE age = 1 AND status NOT IN ('loaded', 'unchanged')"
                " ORDER BY 1, 2"
            ) + [("reconciliations", str(m)) for m, (_, d) in sorted(self.compared().items()) if d]
        except DatabaseUndefinedRelation:
            return []

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query, in which {name} stands for a table of the raw schema."""
        with self._client() as client:
            named = query.format_map(Names(client))
            return [tuple(row) for row in client.execute_sql(named, *values) or []]

    def _make_tables(self, client: Any) -> None:  # noqa: ANN401 - dlt's type depends on the destination
        user_id = USER_IDS[SYSTEMS[self._place.system].user_id]
        for name, columns in TABLES.items():
            table = client.make_qualified_table_name(name)
            described = columns.format(user_id=user_id)
            client.execute_sql(f"CREATE TABLE IF NOT EXISTS {table} ({described})")

    @cached_property
    def _closed(self) -> Any:  # noqa: ANN401 - dlt's type depends on the destination
        """A client to be opened, as making one takes longer than opening it."""
        return self._pipeline.sql_client()

    @contextmanager
    def _client(self) -> Iterator[Any]:
        with (
            self._closed as client,
            client.with_alternative_dataset_name(self._place.dataset),
        ):
            yield client

    def _later(self) -> datetime:
        """Return now, or later: the order of runs stays right also when clocks were not."""
        runs = [self._latest(f"SELECT ended_at FROM {{{t}}}") for t in BOOKS]
        now = datetime.now(UTC)
        latest: list[datetime] = [run[0] + timedelta(milliseconds=1) for run in runs if run]
        return max([now, *latest])

    def _latest(self, query: str) -> tuple[Any, ...] | None:
        try:
            found = self.read(f"{query} ORDER BY ended_at DESC LIMIT 1")
        except DatabaseUndefinedRelation:
            return None
        return found[0] if found else None
