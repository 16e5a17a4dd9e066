"""The feed of changed entries: which old windows to read again. It is asked, and never trusted.

It is experimental, and may be refused. What it tells only makes a window due: the entries
themselves are read as always. Its spans may be instants or wall clocks, so each run asks for 14
hours more than have passed since the last one. What was both created and deleted within a span is
not told at all; so a window in which something was created stays due for some days.

What is remembered moves on once a day only, or when something is told: where nothing has changed,
nothing is to be loaded, not even this.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from api_extract.errors import Forbidden, Later, NotAsAgreed, TheirMove
from api_extract.pages import Request
from api_extract.run import Run
from api_extract.session import Answer
from api_extract.windows import Window, month_of
from clockify_source.api import SMALLEST_PAGE
from clockify_source.reading import Workspace
from clockify_source.settings import Settings

LATE = timedelta(minutes=3)  # deletions appear about a minute after they happened
OVERLAP = timedelta(hours=14)
FRESH = timedelta(days=3)  # longer than any span that is asked for again
SELDOM = timedelta(days=1)
LONGEST = timedelta(days=30)  # the range of the feed where none is asked for; more may be refused
LIMITS = (1_000, SMALLEST_PAGE)  # the largest page is not documented, the default is
MOST_PAGES = 400
KINDS = (("type", "TIME_ENTRY"), ("type", "TIME_ENTRY_RATE"))

Row = dict[str, Any]


def restated(run: Run[Settings], workspace: Workspace) -> set[Window]:
    """Return the windows of entries that changed since the last run, as far as the feed tells."""
    memory: Row = run.state.setdefault("feed", {}).setdefault(workspace.id, {})
    return _Feed(run, workspace, memory).restated()


@dataclass
class _Feed:
    """The feed of a workspace, and what is remembered of it: how it counts, and up to when."""

    run: Run[Settings]
    workspace: Workspace
    memory: Row

    def restated(self) -> set[Window]:
        """Return what is to be read again; where the feed is silent, go on from there next time."""
        until, before = self.run.options.as_of - LATE, self.memory.get("until")
        fresh: dict[str, str] = {
            key: last for key, last in self.memory.get("fresh", {}).items() if last > str(until)
        }
        found = {Window(*map(date.fromisoformat, key.split("/"))) for key in fresh}
        if before is not None:
            since = datetime.fromisoformat(before) - OVERLAP
            try:
                created = self._windows(self._told("created", since, until))
                changed = {
                    window
                    for kind in ("updated", "deleted")
                    for window in self._windows(self._told(kind, since, until))
                }
            except Later:
                raise
            except (Forbidden, NotAsAgreed, TheirMove):
                return found
            found |= created | changed
            fresh |= {window.key: str(until + FRESH) for window in created}
        if before is None or found or until - datetime.fromisoformat(before) > SELDOM:
            self.memory |= {"until": until.isoformat(), "fresh": fresh}
        return found

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
        for page in range(self.memory.get("base", 0), MOST_PAGES):
            rows = self._page(request.with_params(page=page))
            new = [row for row in rows if str(row.get("id")) not in seen]
            seen |= {str(row.get("id")) for row in rows}
            yield from new
            if rows:
                self.memory.setdefault("base", page)
            if page == 0 and not rows and "base" not in self.memory:
                continue  # it may count from 1
            if len(rows) < SMALLEST_PAGE or (page > 1 and not new):
                return

    def _page(self, request: Request) -> list[Row]:
        limits = [self.memory["limit"]] if "limit" in self.memory else LIMITS
        for limit in limits:
            try:
                rows = self.run.session.fetch(request.with_params(limit=limit), _rows)
            except NotAsAgreed:
                if limit == limits[-1]:
                    raise
            else:
                self.memory["limit"] = limit
                return rows
        raise AssertionError("unreachable: the last refusal is raised again")

    def _windows(self, rows: Iterator[Row]) -> set[Window]:
        """Return where entries are now, by what is told, and where they were, by the warehouse."""
        ids: set[str] = set()
        instants: list[datetime] = []
        for part in (part for row in rows for part in (row, row.get("document"))):
            if isinstance(part, dict):
                ids |= {v for n in ("id", "timeEntryId") if isinstance(v := part.get(n), str)}
                instants += _begins(part)
        table = self.run.resources["time_entries"].tables[0]
        held = self.run.known.by_id(table, sorted(ids))
        instants += held["time_interval__start"].to_pylist()
        return {month_of(moment.astimezone(self.run.zone).date()) for moment in instants}


def _rows(answer: Answer) -> list[Row]:
    """Return the rows, which may stand alone or under `response`; nothing at all is none."""
    if not answer.body.strip():
        return []
    told = msgspec.json.decode(answer.body, type=list[Row] | dict[str, Any])
    rows = told if isinstance(told, list) else told.get("response") or []
    return [row for row in rows if isinstance(row, dict)]


def _begins(part: Row) -> list[datetime]:
    interval = part.get("timeInterval")
    start = interval.get("start") if isinstance(interval, dict) else part.get("start")
    try:
        return [datetime.fromisoformat(start).astimezone(UTC)] if isinstance(start, str) else []
    except ValueError:
        return []


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
