"""One run over one account: who reads, what is remembered, and how a list is read whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import Reader, content_hash
from api_extract.errors import Forbidden, Gone, Later, NarrowerRights, NotAsAgreed, Unsettled
from api_extract.known import Known
from api_extract.pages import Page, Request, iter_pages
from api_extract.replace import staged
from api_extract.session import Session
from api_extract.tables import Column
from api_extract.windows import Window
from clockodo_source.api import first_request, page_reader, rest
from clockodo_source.report import Report
from clockodo_source.resource import Resource, Rows
from clockodo_source.settings import Settings
from clockodo_source.tables import BY_NAME, ENTRIES_WIRE, RESOURCES

FEW = 20  # so few rows may vanish, or lack a key, by chance
# What can fill a year that was empty; all else only changes what is there.
FILLING = {"users", "users_nonbusiness_groups", "nonbusiness_groups", "nonbusiness_days"}
TRAVERSALS = 3  # how often a list that changes under our hands is read before it is given up
SKEW = timedelta(seconds=5)  # between the clocks that a server stamps rows and answers with


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

    def __init__(self, resource: Resource, settings: Settings) -> None:
        # A page mixes all types of entries: it is read as one table, and sorted afterwards.
        tables = (ENTRIES_WIRE,) if resource.reading == "entries" else resource.tables
        self.resource = resource
        self.tables = [t.guarded(settings.exclude_columns, settings.hash_columns) for t in tables]
        self.readers = {t.name: Reader(t) for t in self.tables}

    def read(self, rows: msgspec.Raw, year: int = 0) -> tuple[int, dict[str, pa.Table]]:
        """Return the number of rows of the answer, and the tables they fill."""
        if self.resource.split is None:
            table = self.readers[self.tables[0].name].read(rows)
            return table.num_rows, {self.tables[0].name: table}
        try:
            decoded = msgspec.json.decode(rows, type=Rows | dict[str, Any])
        except msgspec.ValidationError as error:
            raise NotAsAgreed(f"GET {self.resource.path}: {error}") from None
        listed = [decoded] if isinstance(decoded, dict) else decoded
        parts = self.resource.split(listed, year)
        return len(listed), {name: self.readers[name].read(rows) for name, rows in parts.items()}

    def empty(self) -> dict[str, pa.Table]:
        """Return the tables without rows."""
        return {name: reader.empty() for name, reader in self.readers.items()}


class Run:
    """Holds what the resources of one extraction share."""

    def __init__(
        self,
        settings: Settings,
        options: Options,
        session: Session,
        report: Report,
        wanted: AbstractSet[str] = frozenset(BY_NAME),
    ) -> None:
        self.settings = settings
        self.options = options
        self.session = session
        self.report = report
        self.wanted = wanted
        self.known = Known("clockodo")
        self.zone = ZoneInfo("UTC")
        self.enhanced = True  # entries with names, texts and money, until they are refused
        self.state: MutableMapping[str, Any] = {}
        self._shapes: dict[str, Shape] = {}
        self._lists: dict[str, dict[str, pa.Table]] = {}

    @property
    def today(self) -> date:
        """The local date of the run."""
        return self.options.as_of.astimezone(self.zone).date()

    @property
    def asked(self) -> Window | None:
        """The days this run is confined to, if any."""
        since, until = self.options.since, self.options.until
        return Window(since or date.min, until or date.max) if since or until else None

    @property
    def recent(self) -> Window:
        """The days that every run reads again."""
        asked = self.options.lookback_days
        days = self.settings.lookback_days if asked is None else asked
        return Window(self.today - timedelta(days=days), date.max)

    def shape(self, resource: str) -> Shape:
        """Return the one shape of a resource in this run."""
        if resource not in self._shapes:
            self._shapes[resource] = Shape(BY_NAME[resource], self.settings)
        return self._shapes[resource]

    @property
    def everything(self) -> bool:
        """Whether this run reads all there is, so that what it reads with may change."""
        return self.options.full and not self.asked and self.wanted == set(BY_NAME)

    def begin(self, state: MutableMapping[str, Any]) -> None:
        """Begin an extraction: with what is remembered, and nothing read yet."""
        self.state = state
        self._shapes.clear()
        self._lists.clear()

    def remembered(self, resource: str) -> dict[str, dict[str, Any]]:
        """Return what is remembered of the spans of a resource.

        `hash`: the digest of what is loaded, None where it is not known. `rows`: how many.
        `again`: to be read again, however old. `running`: of entries, whether a clock runs.
        """
        spans: dict[str, dict[str, Any]] = self.state.get("read", {}).get(resource, {})
        return spans

    def remember(self, resource: str, span: str, facts: dict[str, Any]) -> None:
        """Remember a span whose rows were handed on; a change of state makes a load package."""
        if self.remembered(resource).get(span) != facts:
            self.state.setdefault("read", {}).setdefault(resource, {})[span] = facts

    def flag(self, resource: str, span: str, **facts: object) -> None:
        """Note something about a span, if it is remembered at all; if not, it is due anyway."""
        if span in self.remembered(resource):
            self.remember(resource, span, self.remembered(resource)[span] | facts)

    def postpone(self, resource: str, spans: Iterable[str], error: Later) -> None:
        """Leave these spans to the next run, as there are no requests left for this one."""
        self.report.later = str(error)
        self.report.resource(resource).left("postponed", str(error))
        for span in spans:
            self.flag(resource, span, again=True)

    def forget(self, resource: str, span: str) -> None:
        """Forget a span of which nothing is left."""
        self.state["read"][resource].pop(span, None)

    def restate(self, resource: str, year: int = 0) -> None:
        """Have what the server computes from a resource be read again, from this year on."""
        for follower in RESOURCES:
            if resource in follower.follows:
                for span, known in self.remembered(follower.name).items():
                    if int(span) >= year and (known["rows"] or resource in FILLING):
                        self.flag(follower.name, span, again=True)

    def read(
        self,
        shape: Shape,
        params: Mapping[str, object] | None = None,
        *,
        year: int = 0,
        most_pages: int | None = None,
        attempts: int = TRAVERSALS,
    ) -> dict[str, pa.Table]:
        """Return a list whole, as it was at one moment; `year` is stamped on rows without one.

        Raises Unsettled when it kept changing, and TooLong when it has over `most_pages`.
        """
        request = first_request(shape.resource, **(params or {}))
        before: dict[str, pa.Table] | None = None
        for _ in range(attempts):
            tables, quiet, pages = self._traverse(shape, request, year, most_pages)
            if tables and (quiet or (before and _same(shape, before, tables))):
                return tables
            before = tables
        text = f"the list changed during each of {attempts} attempts to read it."
        raise Unsettled(f"GET {request.path}: {text}", pages)

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
        refused: list[str] = self.state.get("refused", [])
        try:
            yield from items()
            self._check_rights(self.shape(resource.name))
            if resource.name in refused:
                self.state["refused"] = [name for name in refused if name != resource.name]
        except (Forbidden, Gone) as error:
            if not resource.optional:
                raise
            report.status = "forbidden" if isinstance(error, Forbidden) else "missing"
            report.detail = str(error)
            if resource.name not in refused:
                self.state["refused"] = [*refused, resource.name]
                report.newly = bool(self.remembered(resource.name))
                if not report.newly:
                    yield from self._made_empty(resource)
        except Later as error:
            every = self.options.full and not self.asked
            self.postpone(resource.name, self.remembered(resource.name) if every else (), error)
        finally:
            self.known.close()
            report.requests += self.session.requests - before
            self.report.requests = self.session.requests
            self.report.waited = self.session.waited
            self.report.tell(f"{resource.name}: {report.rows} rows, {report.status}")

    def _made_empty(self, resource: Resource) -> Iterator[Any]:
        """Make the tables of what was never readable, so that models can rely on them."""
        for table in resource.tables:
            yield from staged(table, self.shape(resource.name).readers[table.name].empty())

    def _traverse(
        self, shape: Shape, request: Request, year: int, most_pages: int | None
    ) -> tuple[dict[str, pa.Table] | None, bool, int]:
        """Return the tables, whether nothing can have moved meanwhile, and the number of pages.

        There are no tables where pages contradict each other, or their counts.

        A row that leaves a page already read, while another comes to a page still to be read, is
        seen in no count and in no id. But what came was changed since the first page was read.
        """
        read_page = page_reader(shape.resource)

        def fetch(one: Request) -> Page:
            return self.session.fetch(one, read_page)

        first = fetch(request)
        began = self.session.told
        if most_pages is not None and first.count_pages > most_pages:
            raise TooLong
        total = 0
        parts: dict[str, list[pa.Table]] = {name: [t] for name, t in shape.empty().items()}
        for number, page in enumerate(iter_pages(first, rest(request, first), fetch), start=1):
            if page.number != number > 1:
                raise NotAsAgreed(f"GET {request.path}: page {number} came as {page.number}.")
            rows, tables = shape.read(page.rows, year)
            total += rows
            for name, table in tables.items():
                parts[name].append(table)
            if page.count_items != first.count_items:
                return None, False, first.count_pages
        whole = {name: pa.concat_tables(tables) for name, tables in parts.items()}
        repeated = any(_repeats(whole[t.name], t.key) for t in shape.tables)
        if first.count_items is None and repeated:
            raise NotAsAgreed(f"GET {request.path}: two rows with the same key.")
        if repeated or first.count_items not in {None, total}:
            return None, False, first.count_pages
        quiet = first.count_pages <= 1 or _unchanged_since(began, shape, whole)
        return whole, quiet, first.count_pages

    def _check_rights(self, shape: Shape) -> None:
        """Refuse to go on where a list no longer has columns that this dataset has known."""
        for table in shape.tables:
            seen = shape.readers[table.name].seen
            self.report.undeclared |= seen.undeclared
            rights = [c.name for c in table.columns if c.right and _is_everywhere(c, shape)]
            # A few rows out of many may all lack a key by chance; a whole list may not.
            if rights and seen.rows > (0 if shape.resource.reading == "whole" else FEW):
                visible = [name for name in rights if seen.absent[name] < seen.rows]
                self._compare_rights(shape.resource, table.name, visible)

    def _compare_rights(self, resource: Resource, table: str, visible: list[str]) -> None:
        self.report.rights |= {f"{table}.{name}" for name in visible}
        before = self.state.get("rights", {}).get(table)
        lost = sorted(set(before or ()) - set(visible))
        if lost and not self.options.accept_narrower_rights:
            raise NarrowerRights(
                f"The key no longer sees {', '.join(f'{table}.{name}' for name in lost)}. Nothing"
                " was changed. Give the key its rights back, or accept the narrower ones with"
                " --accept-narrower-rights: known values are then kept."
            )
        gained = before is not None and set(visible) - set(before)
        if gained and resource.reading != "whole":
            for span in self.remembered(resource.name):  # empty in what was read without it
                self.flag(resource.name, span, again=True)
        if visible != before:
            self.state.setdefault("rights", {})[table] = visible


def _is_everywhere(column: Column, shape: Shape) -> bool:
    """Tell whether rows of every type have a column: one that few have may well be missing."""
    tables = shape.resource.tables
    return shape.resource.reading != "entries" or all(column in t.columns for t in tables)


def _repeats(table: pa.Table, key: tuple[str, ...]) -> bool:
    return bool(table.group_by(list(key)).aggregate([]).num_rows < table.num_rows)


def _unchanged_since(began: datetime | None, shape: Shape, tables: dict[str, pa.Table]) -> bool:
    """Tell whether rows carry the time of their last change, and none of them lies so late."""
    table = shape.tables[0]
    if began is None or table.newest is None:
        return False
    latest = pc.max(tables[table.name][table.newest]).as_py()
    return latest is not None and latest < began - SKEW


def _same(shape: Shape, one: dict[str, pa.Table], other: dict[str, pa.Table]) -> bool:
    keys = {t.name: t.key for t in shape.tables}
    return all(content_hash(one[n], keys[n]) == content_hash(other[n], keys[n]) for n in keys)
