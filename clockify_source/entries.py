"""Time entries: which windows are read again, and how what is read replaces them.

Entries carry no time of change, and a deleted one is never mentioned again. So whole months are
read again and replaced, as `api_extract.due` lists them, and those in which the feed of changes
names an entry; `ways` tells how a span of them is read.

A window is a wall clock in the account's zone, whatever zone it is written in, so 14 hours more are
asked for on both sides, and cut off again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.changes import Changes
from api_extract.due import due, every_month, is_full, replaced
from api_extract.entry_rows import Entries, Id, Part, Tables, between
from api_extract.errors import Forbidden, Gone, Unexpected, Unsettled
from api_extract.pages import Request
from api_extract.reading import Shape
from api_extract.run import Run
from api_extract.session import Answer
from api_extract.tables import Table
from api_extract.windows import Window, halves
from clockify_source.by_report import TooMany
from clockify_source.feed import Feed
from clockify_source.reading import Clockify, Workspace
from clockify_source.settings import Settings
from clockify_source.tables import ENTRY_LOG, TIME_ENTRY_TAGS
from clockify_source.tables_time import BEGINS, ENDS
from clockify_source.ways import Ways

NAME = "time_entries"
BOOKED = ["project_id", "task_id"]
PADDING = timedelta(hours=14)  # the farthest that clocks of the world are from UTC


def entries(account: Clockify, shape: Shape) -> Iterator[Any]:
    """Read the windows of each workspace that are due; yield what replaces them, and the log."""
    for workspace in account.workspaces:
        if not account.run.report.later:
            yield from _of_workspace(account, workspace, shape)


def _of_workspace(account: Clockify, workspace: Workspace, shape: Shape) -> Iterator[Any]:
    run = account.run
    feed = Feed(run, workspace)
    changed = set() if run.asked else feed.restated()
    windows = due(run, NAME, changed, f"{workspace.id}:")
    known = [window for window in windows if _is_known(run, workspace, feed, window)]
    rest = [window for window in windows if window not in known]
    everyone = Ways(run, workspace, shape, rest)
    few = Ways(run, workspace, shape, known, feed.people) if known else everyone
    if few.report:  # a request for each month
        known = [window for window in known if window in changed or not _may_wait(run, window)]
    spec = Entries(
        resource=NAME,
        log=ENTRY_LOG,
        begins=BEGINS,
        ends=ENDS,
        sort=_sorted,
        begin=lambda entry: _begin_of(run, workspace, entry),
        per=workspace.id,
        derive=tags_of,
    )
    changes = Changes(run, spec, [*known, *rest])
    booked = account.booked.setdefault(workspace.id, set())
    yield from changes.begin()
    yield from replaced(changes, known, _Reader(run, few, changes, booked).read, few.longest)
    reader = _Reader(run, everyone, changes, booked)
    yield from replaced(changes, rest, reader.read, everyone.longest)
    if not run.asked and not run.report.later and not run.report.unread:
        moved, run.fresh = changes.moved_to(every_month(run)), 0  # read now, full or not
        yield from replaced(changes, moved, reader.read, everyone.longest)
    yield from changes.finish()
    feed.remember()


def _is_known(run: Run[Settings], workspace: Workspace, feed: Feed, window: Window) -> bool:
    """Tell whether a window was read, and only some people can have changed anything since.

    It is worth asking on the free plan only, where each person, or each month, is a request.
    """
    if not (workspace.is_free and feed.tells_all) or run.options.full or run.asked:
        return False
    facts = run.remembered(NAME).get(f"{workspace.id}:{window.key}")
    return facts is not None and not facts.get("again")


def _may_wait(run: Run[Settings], window: Window) -> bool:
    """Tell whether a month is so far ahead that each is read in turn, one or two a day."""
    day = run.today.toordinal()
    is_far = window.since > run.today + timedelta(days=31)
    return is_far and (day + day // 7 + window.since.month) % 7 != 0  # also for weekly runs


@dataclass
class _Reader:
    """Reads windows, split where they are many; notes the projects and tasks that are booked on."""

    run: Run[Settings]
    ways: Ways
    changes: Changes
    booked: set[tuple[str, str]]

    def read(self, groups: list[list[Window]]) -> Iterator[Part]:
        """Yield the rows of groups of adjacent windows, until a package is full."""
        for group in groups:
            yield from self._read(group)

    def _read(self, group: list[Window]) -> Iterator[Part]:
        if is_full(self.run):
            return
        since, until = group[0].bounds(self.run.zone)[0], group[-1].bounds(self.run.zone)[1]
        try:
            rows = self.ways.read(since - PADDING, until + PADDING, bounded=len(group) > 1)
        except (TooMany, Unsettled) as error:
            if len(group) > 1:
                for half in halves(group):
                    yield from self._read(half)
                return
            self.changes.leave(group[0], "unsettled", str(error))
            return
        except Unexpected as error:
            for window in group:
                self.changes.leave(window, error.status, str(error))
            return
        if {*BOOKED} <= {*rows.column_names}:
            pairs = rows.select(BOOKED).drop_null().group_by(BOOKED).aggregate([])
            self.booked |= {*zip(*(pairs[n].to_pylist() for n in BOOKED), strict=True)}
        yield Part(group, between(rows, BEGINS, since, until))


def _sorted(rows: pa.Table, tables: Sequence[Table]) -> Tables:
    """Return entries, all of one kind."""
    return {tables[0].name: rows}


def tags_of(entries: pa.Table) -> pa.Table:
    """Return one row for each tag of each entry."""
    names = ("workspace_id", "id", BEGINS, "tag_ids")
    tagged = entries.select(names).filter(pc.not_equal(entries["tag_ids"], "[]"))
    try:
        rows = [
            (workspace, entry, tag, begins)
            for workspace, entry, begins, tags in zip(
                *(tagged[name].to_pylist() for name in names), strict=True
            )
            for tag in dict.fromkeys(msgspec.json.decode(tags, type=list[str]))
        ]
    except msgspec.ValidationError as error:
        raise Unexpected(f"time_entries.tag_ids: {error}") from None
    schema = TIME_ENTRY_TAGS.full_schema
    columns = [*zip(*rows, strict=True)] or [()] * 4
    values = dict(zip(("workspace_id", "time_entry_id", "tag_id", BEGINS), columns, strict=True))
    return pa.table(
        {
            field.name: pa.array(values.get(field.name, [None] * len(rows)), field.type)
            for field in schema
        },
        schema=schema,
    )


def _begin_of(run: Run[Settings], workspace: Workspace, entry: Id) -> datetime | None:
    """Return when an entry begins now; None if it was deleted, or is not to be seen."""
    path = f"/workspaces/{workspace.id}/time-entries/{quote(str(entry), safe='')}"
    try:
        return run.session.fetch(Request(path, kind=workspace.id), _begin)
    except (Gone, Forbidden):
        return None


def _begin(answer: Answer) -> datetime:
    return msgspec.json.decode(answer.body, type=_Entry).time_interval.start


class _Interval(msgspec.Struct):
    start: datetime


class _Entry(msgspec.Struct, rename="camel"):
    time_interval: _Interval
