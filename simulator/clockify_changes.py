"""`/entities`: which entries were created, updated, deleted in a span of time.

Created and updated within the span is told as created only; created and deleted within it is not
told at all; a deletion is told a minute after it happened.
"""

from dataclasses import dataclass
from datetime import timedelta

from simulator.clockify_entries import Writer
from simulator.clockify_params import denied, malformed, missing
from simulator.clockify_tenant import Tenant, is_told
from simulator.clockify_view import View
from simulator.instants import iso
from simulator.query import Page
from simulator.store import Entry, Row
from simulator.written import encode

ENTRIES = "TIME_ENTRY"
# Documented by one source or another; nothing is told of these here.
OTHERS = {"CLIENTS", "PROJECTS", "TAGS", "TASKS", "SCHEDULED_ASSIGNMENT", "TIME_ENTRY_RATE"}
OTHERS |= {"TIME_ENTRY_CUSTOM_FIELD_VALUE", "APPROVAL_REQUESTS", "BALANCE", "CUSTOM_FIELDS"}
OTHERS |= {"HOLIDAYS", "INVOICES", "PTO_POLICY", "TIME_OFF_REQUEST", "USER", "USER_GROUPS"}
USUAL_RANGE = int(timedelta(days=30).total_seconds())
LATE = 60


@dataclass
class Life:
    """An entry, when it was created and last updated, and when it was deleted."""

    entry: Entry
    created: int
    updated: int | None = None
    deleted: int | None = None


def created(view: View) -> bytes:
    """Answer with what was created."""
    since, before = span(view)
    found = [x for x in lives(view.tenant) if not x.deleted and since <= x.created < before]
    found.sort(key=lambda x: (x.created, x.entry.id))
    return answer(view, [present(view, life) for life in page(view, found)])


def updated(view: View) -> bytes:
    """Answer with what was updated, unless it was created in the same span."""
    since, before = span(view)
    found = [
        x
        for x in lives(view.tenant)
        if not x.deleted
        and x.updated
        and since <= x.updated < before
        and not since <= x.created < before
    ]
    found.sort(key=lambda x: (x.updated, x.entry.id))
    return answer(view, [present(view, life) for life in page(view, found)])


def deleted(view: View) -> bytes:
    """Answer with what was deleted, unless it was created in the same span."""
    since, before = span(view)
    before = min(before, view.world.now_epoch - LATE + 1)
    found = [
        x
        for x in lives(view.tenant)
        if x.deleted and since <= x.deleted < before and not since <= x.created < before
    ]
    found.sort(key=lambda x: (x.deleted, x.entry.id))
    return answer(view, [gone(view, life) for life in page(view, found)])


def lives(tenant: Tenant) -> list[Life]:
    """Everything that ever was an entry; what became a lump sum counts as deleted."""
    book = tenant.book
    if book.lives is None:
        born: dict[int, int] = {}
        edited: dict[int, int] = {}
        ended = []
        for instant, before, after in tenant.world.log:
            if before and is_told(before) and not is_told(after):
                since = born.pop(before.id, before.time_insert)
                ended.append(Life(before, since, edited.pop(before.id, None), instant))
            elif after and is_told(after):
                (edited if is_told(before) else born)[after.id] = instant
        book.lives = ended + [
            Life(entry, since, edited.get(entry.id, changed if changed > since else None))
            for entry in book.all.entries
            for since, changed in [(born.get(entry.id, entry.time_insert), entry.time_last_change)]
        ]
    return book.lives


def span(view: View) -> tuple[int, int]:
    """Read the span; a missing end follows from the other, and both from now."""
    switches, asked = view.switches, view.asked
    if switches.feed == "refused" or not view.is_admin:
        raise denied()
    if not asked.get("type"):
        raise missing("type")
    if not set(asked.several("type")) <= {ENTRIES, *OTHERS}:
        raise malformed("type")
    zone = view.zone if switches.feed_window == "wall" else None
    since, before = asked.instant("start", zone), asked.instant("end", zone)
    if since is not None and before is None:
        before = since + USUAL_RANGE
    before = view.world.now_epoch + 1 if before is None else before
    return before - USUAL_RANGE if since is None else since, before


def page(view: View, found: list[Life]) -> list[Life]:
    """Take the page that is asked for; nothing says whether it is the last."""
    asked, first = view.asked, view.switches.feed_first_page
    number, size = asked.number("page", 0), asked.number("limit", 50)
    if ENTRIES not in asked.several("type"):
        return []
    return list(Page(max(number - first, 0) + 1, max(size, 1)).cut(found))


def present(view: View, life: Life) -> Row:
    """Show an entry that is there, with when it changed."""
    audit = {"createdAt": iso(life.created)}
    audit |= {"updatedAt": iso(life.updated)} if life.updated else {}
    kind: str = view.switches.feed_kind
    return {**Writer(view).row(life.entry), "auditMetadata": audit, kind: ENTRIES}


def gone(view: View, life: Life) -> Row:
    """Show an entry that is gone, as it was last."""
    document = Writer(view).row(life.entry)
    stamp, kind = iso(life.deleted or 0), view.switches.feed_kind
    return {"id": document["id"], "deletedAt": stamp, kind: ENTRIES, "document": document}


def answer(view: View, rows: list[Row]) -> bytes:
    """Write the list, bare or wrapped by the reading that is switched on."""
    return encode(rows if view.switches.feed_rows == "bare" else {"response": rows})
