"""How a list is read whole, as it was at one moment, though people work on it meanwhile."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from threading import Lock
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import Reader, content_hash, said
from api_extract.errors import NotAsAgreed, Unexpected, Unsettled
from api_extract.flat import Flat
from api_extract.pages import Page
from api_extract.resource import Resource, Rows
from api_extract.session import Session

TRAVERSALS = 3  # how often a list that changes under our hands is read before it is given up
SKEW = timedelta(seconds=5)  # between the clocks that a server stamps rows and answers with


class TooLong(Exception):
    """A span has more pages than one traversal should take: so many."""

    def __init__(self, pages: int) -> None:
        super().__init__(pages)
        self.pages = pages


class Shape:
    """Reads the rows of one resource into its tables, without what is kept off the disk.

    `answered`: whether a page has come. Those of several threads are read one after the other.
    """

    def __init__(
        self,
        resource: Resource,
        exclude: Iterable[str],
        hashed: Iterable[str],
        forgotten: Collection[int | str],
    ) -> None:
        self.resource = resource
        wire = (resource.wire,) if resource.wire else resource.tables
        self.tables = [table.guarded(exclude, hashed) for table in wire]
        self.readers = {t.name: Reader(t, forgotten) for t in self.tables}
        self.answered = False
        self._one_at_a_time = Lock()  # readers keep count
        self._flat = Flat(self.tables[0]) if resource.split is None else None

    def parsed(self, page: Page) -> Page:
        """Return a page as Arrow parses it, if it can; any thread may ask for it."""
        return replace(page, parsed=self._flat.parse(page.rows)) if self._flat else page

    def read(self, pages: Sequence[Page], stamp: object = None) -> tuple[int, dict[str, pa.Table]]:
        """Return the number of rows of the answers, and the tables they fill."""
        total = 0
        parts: dict[str, list[pa.Table]] = {name: [t] for name, t in self.empty().items()}
        with self._one_at_a_time:
            for rows, tables in self._read(pages, stamp):
                total += rows
                for name, table in tables.items():
                    parts[name].append(table)
        return total, {name: pa.concat_tables(tables) for name, tables in parts.items()}

    def empty(self) -> dict[str, pa.Table]:
        """Return the tables without rows."""
        return {name: reader.empty() for name, reader in self.readers.items()}

    def _read(
        self, pages: Sequence[Page], stamp: object
    ) -> Iterator[tuple[int, dict[str, pa.Table]]]:
        if not self._flat:
            yield from (self._split(page, stamp) for page in pages)
            return
        name = self.tables[0].name
        reader, flat = self.readers[name], self._flat.read(pages)
        plain = [] if flat is None else [reader.checked(flat)]
        for table in plain or (reader.read(page.rows) for page in pages):
            yield table.num_rows, {name: table}

    def _split(self, page: Page, stamp: object) -> tuple[int, dict[str, pa.Table]]:
        assert self.resource.split is not None  # noqa: S101 - else it is flat
        try:
            decoded = msgspec.json.decode(page.rows, type=Rows | dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unexpected(f"{self.resource.endpoint}: {said(error)}") from None
        listed = [decoded] if isinstance(decoded, dict) else decoded
        parts = self.resource.split(listed, stamp)
        return len(listed), {name: self.readers[name].read(rows) for name, rows in parts.items()}


@dataclass
class Traversal:
    """One way through all pages of a list; without tables where pages contradict each other.

    `quiet`: nothing can have moved from page to page meanwhile.
    """

    pages: int
    tables: dict[str, pa.Table] | None = None
    quiet: bool = False


def read(  # noqa: PLR0913 - all but three have defaults
    session: Session,
    shape: Shape,
    pages: Callable[[], Iterator[Page]],
    *,
    stamp: object = None,
    most_pages: int | None = None,
    attempts: int = TRAVERSALS,
) -> dict[str, pa.Table]:
    """Return a list whole, as it was at one moment; `pages` goes through it once.

    `stamp` is given to what splits the rows. Raises Unsettled when the list kept changing, and
    TooLong when it has over `most_pages`.
    """
    before: dict[str, pa.Table] | None = None
    for _ in range(attempts):
        found = _traverse(session, shape, pages(), stamp, most_pages)
        tables = found.tables
        if tables and (found.quiet or (before and _same(shape, before, tables))):
            return tables
        before = tables
    text = f"the list changed during each of {attempts} attempts to read it."
    raise Unsettled(f"{shape.resource.endpoint}: {text}", found.pages)


def _traverse(
    session: Session, shape: Shape, pages: Iterator[Page], stamp: object, most_pages: int | None
) -> Traversal:
    """Read all pages once.

    A row that leaves a page already read, while another comes to a page still to be read, is
    seen in no count and in no id. But what came was changed since the first page was read.
    """
    first = next(pages)
    shape.answered = True
    began, number = session.server_time, 0
    if most_pages is not None and first.count_pages > most_pages:
        raise TooLong(first.count_pages)
    read = []
    for number, page in enumerate(chain([first], pages), start=1):
        if page.number != number > 1:
            raise NotAsAgreed(f"{shape.resource.endpoint}: page {number} came as {page.number}.")
        read.append(page)
        if page.count_items != first.count_items:
            return Traversal(max(number, first.count_pages))
    total, whole = shape.read(read, stamp)
    repeated = any(_repeats(whole[t.name], t.key) for t in shape.tables)
    if number == 1 and first.count_items is None and repeated:
        raise NotAsAgreed(f"{shape.resource.endpoint}: two rows with the same key.")
    if repeated or first.count_items not in {None, total}:
        return Traversal(number)
    return Traversal(number, whole, number <= 1 or _unchanged_since(began, shape, whole))


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
