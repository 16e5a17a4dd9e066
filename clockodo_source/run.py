"""One run over one account: who reads, what is remembered, and how a list is read whole."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from api_extract.columns import Reader
from api_extract.errors import Forbidden, Gone, NarrowerRights, NotAsAgreed, Unsettled
from api_extract.known import Known
from api_extract.pages import Page, Request, iter_pages
from api_extract.replace import staged
from api_extract.session import Session
from api_extract.tables import Table
from clockodo_source.api import first_request, page_reader, rest
from clockodo_source.report import Report
from clockodo_source.resource import Resource
from clockodo_source.settings import Settings
from clockodo_source.tables import BY_NAME

TRAVERSALS = 3  # how often a list that changes under our hands is read before it is given up


@dataclass(frozen=True)
class Options:
    """What one run is asked to do; `since` and `until` are local dates, half-open, not widened."""

    as_of: datetime
    full: bool = False
    since: date | None = None
    until: date | None = None
    lookback_days: int | None = None
    accept_shrink: bool = False
    accept_narrower_rights: bool = False


class TooLong(Exception):
    """A span has more pages than one traversal should take."""


class Shape:
    """Reads the rows of one resource into its tables."""

    def __init__(
        self, resource: Resource, settings: Settings, tables: tuple[Table, ...] = ()
    ) -> None:
        self.resource = resource
        self.tables = [
            t.guarded(settings.exclude_columns, settings.hash_columns)
            for t in tables or resource.tables
        ]
        self.readers = {t.name: Reader(t) for t in self.tables}

    def read(self, rows: msgspec.Raw, year: int = 0) -> tuple[int, dict[str, pa.Table]]:
        """Return the number of rows of the answer, and the tables they fill."""
        if self.resource.split is None:
            table = self.readers[self.tables[0].name].read(rows)
            return table.num_rows, {self.tables[0].name: table}
        decoded = msgspec.json.decode(rows)
        listed = [decoded] if isinstance(decoded, dict) else decoded
        parts = self.resource.split(listed, year)
        return len(listed), {name: self.readers[name].read(rows) for name, rows in parts.items()}

    def empty(self) -> dict[str, pa.Table]:
        """Return the tables without rows."""
        return {name: reader.empty() for name, reader in self.readers.items()}


class Run:
    """Holds what the resources of one extraction share."""

    def __init__(
        self, settings: Settings, options: Options, session: Session, report: Report, schema: str
    ) -> None:
        self.settings = settings
        self.options = options
        self.session = session
        self.report = report
        self.known = Known(schema)
        self.zone = ZoneInfo("UTC")
        self.state: MutableMapping[str, Any] = {}
        self.touched_years: set[int] = set()  # in which entries have changed
        self._shapes: dict[str, Shape] = {}
        self._lists: dict[str, dict[str, pa.Table]] = {}

    @property
    def today(self) -> date:
        """The local date of the run."""
        return self.options.as_of.astimezone(self.zone).date()

    @property
    def lookback_days(self) -> int:
        """How many days back this run reads again."""
        asked = self.options.lookback_days
        return self.settings.lookback_days if asked is None else asked

    def shape(self, resource: str) -> Shape:
        """Return the one shape of a resource in this run."""
        if resource not in self._shapes:
            self._shapes[resource] = Shape(BY_NAME[resource], self.settings)
        return self._shapes[resource]

    def remembered(self, resource: str) -> dict[str, Any]:
        """Return what is remembered of the spans of a resource: their hash and rows."""
        spans: dict[str, Any] = self.state.get("read", {}).get(resource, {})
        return spans

    def remember(self, resource: str, span: str, **facts: object) -> None:
        """Remember a span; this alone makes a load package, so it is called on change only."""
        self.state.setdefault("read", {}).setdefault(resource, {})[span] = facts

    def read(
        self,
        shape: Shape,
        params: Mapping[str, object] | None = None,
        *,
        year: int = 0,
        most_pages: int | None = None,
    ) -> dict[str, pa.Table]:
        """Return a list whole, as it was at one moment; `year` is stamped on rows without one.

        Raises Unsettled when it kept changing, and TooLong when it has over `most_pages`.
        """
        request = first_request(shape.resource, **(params or {}))
        for _ in range(TRAVERSALS):
            tables = self._traverse(shape, request, year, most_pages)
            if tables is not None:
                self._check_keys(shape)
                return tables
        raise Unsettled(
            f"GET {request.path}: the list changed during each of {TRAVERSALS} attempts to read it."
        )

    def read_list(self, shape: Shape) -> dict[str, pa.Table]:
        """Return a list that is read whole, once per run however many ask for it."""
        name = shape.resource.name
        if name not in self._lists:
            self._lists[name] = self.read(shape)
        return self._lists[name]

    def counted(self, resource: Resource, items: Callable[[], Iterator[Any]]) -> Iterator[Any]:
        """Yield the items of a resource, counting its requests; record what it refuses.

        A refusal is an error unless a plan or module decides whether the resource exists.
        """
        report = self.report.resource(resource.name)
        before = self.session.requests
        try:
            yield from items()
        except (Forbidden, Gone) as error:
            if not resource.optional:
                raise
            report.status = "forbidden" if isinstance(error, Forbidden) else "missing"
            report.detail = str(error)
            report.newly = bool(self.remembered(resource.name))
            yield from self._made_empty(resource)
        finally:
            report.requests += self.session.requests - before
            self.report.requests = self.session.requests
            self.report.waited = self.session.waited
            self.report.tell(f"{resource.name}: {report.rows} rows, {report.status}")

    def _made_empty(self, resource: Resource) -> Iterator[Any]:
        """Make the tables of what was never readable, once, so that models can rely on them."""
        made = self.state.get("made_empty", [])
        if not self.remembered(resource.name) and resource.name not in made:
            self.state["made_empty"] = [*made, resource.name]
            for table in resource.tables:
                yield from staged(table, self.shape(resource.name).readers[table.name].empty())

    def _traverse(
        self, shape: Shape, request: Request, year: int, most_pages: int | None
    ) -> dict[str, pa.Table] | None:
        read_page = page_reader(shape.resource)

        def fetch(one: Request) -> Page:
            return self.session.fetch(one, read_page)

        first = fetch(request)
        if most_pages is not None and first.count_pages > most_pages:
            raise TooLong
        total = 0
        parts: dict[str, list[pa.Table]] = {name: [t] for name, t in shape.empty().items()}
        for page in iter_pages(first, rest(request, first), fetch):
            rows, tables = shape.read(page.rows, year)
            total += rows
            for name, table in tables.items():
                parts[name].append(table)
            if page.count_items != first.count_items:
                return None
        whole = {name: pa.concat_tables(tables) for name, tables in parts.items()}
        repeated = any(_repeats(whole[t.name], t.key) for t in shape.tables)
        if first.count_items is None:
            if repeated:
                raise NotAsAgreed(f"GET {request.path}: two rows with the same key.")
            return whole
        return None if repeated or total != first.count_items else whole

    def _check_keys(self, shape: Shape) -> None:
        for table in shape.tables:
            facts = shape.readers[table.name].seen
            self.report.undeclared |= facts.undeclared
            rights = [c.name for c in table.columns if c.right]
            if facts.rows and rights:
                seen = [n for n in rights if facts.absent.get(n, 0) < facts.rows]
                self.check_rights(table.name, seen)

    def check_rights(self, table: str, visible: list[str]) -> None:
        """Refuse to go on where columns have vanished that this dataset has known."""
        self.report.rights |= {f"{table}.{name}" for name in visible}
        before = self.state.get("rights", {}).get(table)
        lost = sorted(set(before or ()) - set(visible))
        if lost and not self.options.accept_narrower_rights:
            raise NarrowerRights(
                f"The key no longer sees {', '.join(f'{table}.{name}' for name in lost)}. Nothing"
                " was changed. Give the key its rights back, or accept the narrower ones with"
                " --accept-narrower-rights: known values are then kept."
            )
        if visible != before:
            self.state.setdefault("rights", {})[table] = visible


def _repeats(table: pa.Table, key: tuple[str, ...]) -> bool:
    return bool(table.group_by(list(key)).aggregate([]).num_rows < table.num_rows)
