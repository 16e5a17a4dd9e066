"""The feed of changed entries: which old windows to read again. It is asked, and never trusted.

It is experimental, and may be refused. What it tells only makes a window due: the entries
themselves are read as always. Its spans may be instants or wall clocks, so each run asks for 14
hours more than have passed since the last one. What was both created and deleted within a span is
not told at all; so a window in which something was created stays due for some days. Where it tells
more than is worth asking for, all windows are due.

What is remembered moves on when something else is loaded, or once a week: where nothing has
changed, nothing is to be loaded, not even this.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from api_extract.due import every_month
from api_extract.errors import Forbidden, Later, NotAsAgreed, TheirMove
from api_extract.pages import Request
from api_extract.run import Run
from api_extract.session import Answer
from api_extract.windows import Window, month_at
from clockify_source.api import SMALLEST_PAGE
from clockify_source.reading import Workspace
from clockify_source.settings import Settings
from clockify_source.tables_time import BEGINS

LATE = timedelta(minutes=3)  # deletions appear about a minute after they happened
OVERLAP = timedelta(hours=14)
FRESH = timedelta(days=3)  # longer than any span that is asked for again
SELDOM = timedelta(days=7)
LONGEST = timedelta(days=30)  # the range of the feed where none is asked for; more may be refused
LIMITS = (1_000, SMALLEST_PAGE)  # the largest page is not documented, the default is
MOST_REQUESTS, MOST_ON_FREE_PLAN = 100, 12  # then it is cheaper to read everything
KINDS = (
    ("type", "TIME_ENTRY"),
    ("type", "TIME_ENTRY_RATE"),
    ("type", "TIME_ENTRY_CUSTOM_FIELD_VALUE"),
)

Row = dict[str, Any]


class _TooMuch(Exception):
    """So much has changed that it is not worth asking what."""


@dataclass
class Feed:
    """The feed of a workspace, and what is remembered of it: how it counts, and up to when."""

    run: Run[Settings]
    workspace: Workspace
    people: set[str] = field(default_factory=set)  # of whose entries it told something
    tells_all: bool = True
    _known: Row = field(default_factory=dict)
    _requests: int = 0

    @property
    def _memory(self) -> Row:
        feeds: Row = self.run.state.setdefault("feed", {})
        memory: Row = feeds.setdefault(self.workspace.id, {})
        return memory

    @property
    def _most_requests(self) -> int:
        return MOST_ON_FREE_PLAN if self.workspace.is_free else MOST_REQUESTS

    def restated(self) -> set[Window]:
        """Return what is to be read again; where the feed is silent, go on from there next time."""
        until, self._known = self.run.options.as_of.astimezone(UTC) - LATE, {**self._memory}
        if "until" not in self._known:
            # It learns how pages are counted, or each run would ask for two of what is empty.
            with suppress(Forbidden, NotAsAgreed, TheirMove, _TooMuch):
                next(self._told("created", until - LONGEST, until), None)
            self._known |= {"until": until.isoformat(), "fresh": {}}
            return set()
        before = datetime.fromisoformat(self._known["until"])
        fresh: dict[str, str] = {
            key: end
            for key, end in self._known["fresh"].items()
            if datetime.fromisoformat(end) > before
        }
        found = {Window(*map(date.fromisoformat, key.split("/"))) for key in fresh}
        try:
            created, changed = self._changed(before - OVERLAP, until)
        except Later:
            raise
        except _TooMuch:
            created, changed, self.tells_all = set(), set(every_month(self.run)), False
        except (Forbidden, NotAsAgreed, TheirMove):
            return found
        fresh |= {window.key: (until + FRESH).isoformat() for window in created}
        self._known |= {"until": until.isoformat(), "fresh": fresh}
        return found | created | changed

    def remember(self) -> None:
        """Go on from here next time, if that is worth a load or comes with one."""
        last, now = self._memory.get("until"), self._known.get("until")
        is_loaded = self.run.report.resource("time_entries").status != "unchanged"
        tells_again = self.workspace.is_free and bool(self.people)  # and requests are few
        if now and (last is None or is_loaded or tells_again or _apart(last, now) >= SELDOM):
            self._memory.update(self._known)

    def _changed(self, since: datetime, until: datetime) -> tuple[set[Window], set[Window]]:
        """Return the windows in which something was created, and updated or deleted."""
        if 3 * (until - since) > self._most_requests * LONGEST:
            raise _TooMuch
        created = self._windows(self._told("created", since, until))
        rest = (self._windows(self._told(kind, since, until)) for kind in ("updated", "deleted"))
        return created, set().union(*rest)

    def _told(self, kind: str, since: datetime, until: datetime) -> Iterator[Row]:
        """Yield what is told of one kind of change, in spans that are surely taken."""
        path = f"/workspaces/{self.workspace.id}/entities/{kind}"
        while since < until:
            end = min(since + LONGEST, until)
            span = {"start": _text(since), "end": _text(end)}
            yield from self._pages(Request(path, KINDS, self.workspace.id).with_params(**span))
            since = end

    def _pages(self, request: Request) -> Iterator[Row]:
        """Yield the rows of all pages, which count from 0 or from 1, and end somewhere."""
        seen: set[str] = set()
        for page in count(self._known.get("base", 0)):
            is_guess = page == 0 and "base" not in self._known
            try:
                rows = self._page(request.with_params(page=page))
            except NotAsAgreed:
                if not is_guess:
                    raise
                rows = []
            if is_guess and not rows:
                continue  # it may count from 1
            if rows:
                self._known.setdefault("base", page)
            new = [row for row in rows if str(row.get("id")) not in seen]
            seen |= {str(row.get("id")) for row in rows}
            yield from new
            if len(rows) < SMALLEST_PAGE or (page > 1 and not new):
                return

    def _page(self, request: Request) -> list[Row]:
        for limit in LIMITS[LIMITS.index(self._known.get("limit", LIMITS[0])) :]:
            self._requests += 1
            if self._requests > self._most_requests:
                raise _TooMuch
            try:
                rows = self.run.session.fetch(request.with_params(limit=limit), _rows)
            except NotAsAgreed:
                if limit == LIMITS[-1]:
                    raise
            else:
                self._known["limit"] = limit
                return rows
        raise AssertionError("unreachable: the last refusal is raised again")

    def _windows(self, rows: Iterator[Row]) -> set[Window]:
        """Return where entries are now, by what is told, and where they were, by the warehouse."""
        ids: set[str] = set()
        instants: list[datetime] = []
        for part in (part for row in rows for part in (row, row.get("document"))):
            if isinstance(part, dict):
                ids |= {v for n in ("id", "timeEntryId") if isinstance(v := part.get(n), str)}
                self.people |= {v for v in (part.get("userId"),) if isinstance(v, str)}
                instants += _begins(part)
        table = self.run.resources["time_entries"].tables[0]
        held = self.run.known.by_id(table, sorted(ids))
        instants += held[BEGINS].to_pylist()
        return {month for each in instants if (month := month_at(each, self.run.zone))}


def _rows(answer: Answer) -> list[Row]:
    """Return the rows, which may stand alone or under `response`; nothing at all is none."""
    if not answer.body.strip():
        return []
    told = msgspec.json.decode(answer.body, type=list[Row] | dict[str, Any])
    rows = told if isinstance(told, list) else told.get("response") or []
    return [row for row in rows if isinstance(row, dict)]


def _apart(one: str, other: str) -> timedelta:
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other))


def _begins(part: Row) -> list[datetime]:
    interval = part.get("timeInterval")
    start = interval.get("start") if isinstance(interval, dict) else part.get("start")
    try:
        return [datetime.fromisoformat(start).astimezone(UTC)] if isinstance(start, str) else []
    except (ValueError, OverflowError):
        return []


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
