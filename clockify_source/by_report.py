"""A span of entries by the detailed report: all people at once, in parts of less than a page."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import pairwise
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.entry_rows import once
from api_extract.errors import Forbidden, Gone, Unexpected
from api_extract.pages import IN_FLIGHT, Page, Request
from api_extract.reading import read
from api_extract.run import Run
from api_extract.session import Answer
from clockify_source.api import SMALLEST_PAGE, count_of, first_request, list_pages, pages
from clockify_source.reading import Workspace
from clockify_source.settings import Settings
from clockify_source.tables import REPORTED, RUNNING
from clockify_source.tables_time import BEGINS

SHORTEST_SPAN = timedelta(hours=1)
LONGEST_ON_FREE_PLAN = timedelta(days=31)
MOST_ROWS = 20_000  # that are held in memory at once, where a span can be split
WORTH = 2_000  # rows that are worth a request more, so that they are read side by side
NOT_RUNNING = "Clocks that run are known from reports only: {}"

Span = tuple[datetime, datetime]


class TooMany(Exception):
    """A span has more entries than should be held at once."""


class Told(NamedTuple):
    """A page of the report: how many rows it has, and how many its totals count."""

    page: Page
    rows: int
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether it is surely all there is."""
        return self.rows < REPORTED.page_size and self.total <= self.rows


class ByReport:
    """Reads spans of all people's entries."""

    def __init__(self, run: Run[Settings], workspace: Workspace) -> None:
        self.run = run
        self.workspace = workspace
        self.shape, self._running_shape = run.shape_of(REPORTED), run.shape_of(RUNNING)

    def read(self, since: datetime, until: datetime, *, bounded: bool) -> pa.Table:
        """Return what begins in a span, and what runs; raises TooMany where it is `bounded`."""
        longest = LONGEST_ON_FREE_PLAN if self.workspace.is_free else until - since
        upcoming = deque(_parts((since, until), -(-(until - since) // longest)))
        found = [self._running]
        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="part") as pool:
            while upcoming:
                some = [upcoming.popleft() for _ in range(min(IN_FLIGHT, len(upcoming)))]
                for span, told in zip(some, pool.map(self._first_page, some), strict=True):
                    if bounded and told.total > MOST_ROWS:
                        raise TooMany(f"{told.total} entries")
                    rows, rest = self._until_cut_off(span, told)
                    found.append(rows)
                    upcoming += rest
        for shape in (self.shape, self._running_shape):
            self.run.report.undeclared |= shape.readers[REPORTED.name].seen.undeclared
        return once(found)

    def _until_cut_off(self, span: Span, told: Told) -> tuple[pa.Table, Sequence[Span]]:
        """Return what a first page tells for certain, and what is left of its span.

        In order of time, a page that was cut off holds all up to its last begin.
        """
        rows = self._columns(told.page)
        if told.is_whole:
            return rows, []
        begins = rows[BEGINS]
        last, in_order = begins[-1].as_py(), pc.all(pc.less_equal(begins[:-1], begins[1:])).as_py()
        if in_order and span[0] < last < span[1]:
            left = (last, span[1])
            return rows, _parts(left, min(IN_FLIGHT, max(1, (told.total - told.rows) // WORTH)))
        if span[1] - span[0] > SHORTEST_SPAN:
            return rows, _parts(span, 2)
        return self._paged(span), []

    def _columns(self, page: Page) -> pa.Table:
        return next(iter(self.shape.read([page], self.workspace.stamp)[1].values()))

    def _first_page(self, span: Span) -> Told:
        told = self.run.session.fetch(self._request(span, 1), _told)
        if told.is_whole or told.rows >= REPORTED.page_size:
            return told
        # What it counts may not be what it tells; if there is no more, it is all there is.
        more = self.run.session.fetch(self._request(span, 2), _told)
        if not told.rows:  # or all would seem to be deleted
            raise Gone(f"{REPORTED.endpoint}: it counts entries and shows none.")
        return told if more.rows else told._replace(total=told.rows)

    def _paged(self, span: Span) -> pa.Table:
        """Return the entries of an hour that has more than a page of them."""

        def all_pages() -> Iterator[Page]:
            return pages(self.run.session, partial(self._request, span), _numbered)

        stamp = self.workspace.stamp
        return next(iter(read(self.run.session, self.shape, all_pages, stamp=stamp).values()))

    @cached_property
    def _running(self) -> pa.Table:
        """Entries whose clocks run: it is not certain that the report tells them."""
        session, shape, stamp = self.run.session, self._running_shape, self.workspace.stamp
        request = first_request(RUNNING, self.workspace.id)
        listing = partial(list_pages, session, RUNNING, request)
        try:
            return next(iter(read(session, shape, listing, stamp=stamp).values()))
        except (Forbidden, Gone) as error:
            self.run.report.notes.append(NOT_RUNNING.format(error))
            return next(iter(shape.empty().values()))

    def _request(self, span: Span, number: int) -> Request:
        asked = {
            "dateRangeStart": f"{span[0]:%Y-%m-%dT%H:%M:%S.000Z}",
            "dateRangeEnd": f"{span[1]:%Y-%m-%dT%H:%M:%S.000Z}",
            "timeZone": "UTC",  # else the wall clocks of the account's zone are meant
            "sortOrder": "ASCENDING",
            "exportType": "JSON",
            "amountShown": "EARNED",
            "rounding": False,
            "detailedFilter": {
                "page": number,
                "pageSize": REPORTED.page_size,
                "sortColumn": "DATE",
                "options": {"totals": "CALCULATE"},
            },
        }
        path = REPORTED.path.format(workspace=self.workspace.id)
        body, base = msgspec.json.encode(asked), self.run.settings.reports
        return Request(path, kind=self.workspace.id, body=body, base=base)


class _Totals(msgspec.Struct, rename="camel"):
    entries_count: float | None = None


class _Report(msgspec.Struct):
    totals: list[_Totals | None] | None = None
    timeentries: msgspec.Raw = msgspec.Raw(b"")
    timeEntries: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815 - another spelling that is documented


def _told(answer: Answer, number: int = 1) -> Told:
    report = msgspec.json.decode(answer.body, type=_Report)
    rows = report.timeentries or report.timeEntries
    if not bytes(rows):
        raise Unexpected(f"{REPORTED.endpoint}: the answer has no timeentries.")
    totals = report.totals[0] if report.totals else None
    count = count_of(rows)
    total = totals.entries_count if totals else None
    if total is None:  # a page that is not the smallest may have been cut off nevertheless
        total = count + (count >= SMALLEST_PAGE)
    return Told(Page(rows, number, number + (count > 0)), count, int(total))


def _numbered(answer: Answer, number: int) -> Page:
    return _told(answer, number).page


def _parts(span: Span, count: int) -> Sequence[Span]:
    """Cut a span into so many parts, at whole seconds."""
    since, until = span
    step = (until - since) / count
    edges = [(since + step * n).replace(microsecond=0) for n in range(count)]
    return list(pairwise([*edges, until]))
