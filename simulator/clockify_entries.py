"""Time entries, each row written once; lists of one person, newest start first."""

import re
from collections.abc import Callable

from simulator.clockify_extra import TYPES
from simulator.clockify_ids import hex_id
from simulator.clockify_people import user_number, user_row
from simulator.clockify_values import duration
from simulator.clockify_view import View
from simulator.clockify_work import (
    CLOCKED,
    OFFLINE,
    TICKET,
    project_row,
    tag_row,
    tasks_of,
)
from simulator.instants import iso
from simulator.store import TIME, Entry, Row
from simulator.written import EntryWriter, encode

Test = Callable[[Entry], bool]
LARGEST_RUNNING, USUAL_RUNNING = 1000, 10
NUMBER = re.compile(r"#(\d+)$")


def list_entries(view: View, key: str) -> bytes:
    """Answer with a page of one person's entries, by when they start."""
    users_id = user_number(view, key)
    zone = view.zone if view.switches.window == "wall" else None
    since, before = view.asked.instant("start", zone), view.asked.instant("end", zone)
    span = view.tenant.book.of_person.get(users_id)
    found = span.newest_first(since, before) if span else []
    tests = tests_of(view)
    if tests:
        found = [entry for entry in found if all(test(entry) for test in tests)]
    return written(view, view.paged(found))


def tests_of(view: View) -> list[Test]:
    """Every condition besides the window."""
    asked, tests = view.asked, list[Test]()
    if text := (asked.get("description") or "").lower():
        tests.append(lambda e: text in (e.text or "").lower())
    if project := asked.get("project"):
        number = view.tenant.number_of("projects", project, "Project")
        tests.append(lambda e: e.projects_id == number)
    if task := asked.get("task"):
        tests.append(lambda e: view.tenant.task_of(e) == task)
    if tags := asked.several("tags"):
        tests.append(lambda e: bool({view.tenant.id("tags", t) for t in tags_of(e)} & {*tags}))
    if asked.flag("in-progress"):
        tests.append(lambda e: e.running)
    return tests


def one_entry(view: View, key: str) -> bytes:
    """Answer with one entry."""
    entry = view.tenant.entry(key)
    view.must_see(entry.users_id)
    return written(view, [entry])[1:-1]


def list_running(view: View) -> bytes:
    """Answer with the clocks that tick."""
    found = [e for e in view.tenant.book.all.newest_first(None, None) if e.running]
    found = [entry for entry in found if view.sees(entry.users_id)]
    return written(view, view.paged(found, USUAL_RUNNING, LARGEST_RUNNING))


def written(view: View, entries: list[Entry]) -> bytes:
    """Write a list of entries; what hydrated ones add depends on more than is kept."""
    writer = Writer(view)
    if view.asked.flag("hydrated"):
        return encode([{**writer.row(entry), **writer.around(entry)} for entry in entries])
    return b"[" + b",".join(map(writer.bytes_of, entries)) + b"]"


def tags_of(entry: Entry) -> list[int]:
    """Tags of an entry: how it was made."""
    return [CLOCKED] * entry.clocked + [OFFLINE] * entry.clocked_offline


def end_of(entry: Entry) -> int | None:
    """When an entry ends: a pause that was taken off by hand has no counterpart, so earlier."""
    return None if entry.duration is None else entry.time_since + entry.duration


def ticket_of(view: View, entry: Entry) -> str | None:
    """Take the number at the end of a text, a custom field where the plan has such."""
    found = NUMBER.search(entry.text) if entry.text and view.has("PRO") else None
    return found[1] if found else None


class Writer(EntryWriter):
    """Writes entries, with their rates where these may be seen."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.tenant = view.tenant
        readings = view.switches
        self.variant = (
            *("clockify", view.tenant.number, view.shows_rates, view.has("PRO")),
            *(readings.hidden_rates, readings.unbillable_rates),
            *(readings.no_tags, readings.approvals),
        )

    def row(self, entry: Entry) -> Row:
        """One row; while the clock runs there is neither end nor duration."""
        tenant, until = self.tenant, end_of(entry)
        tags = [tenant.id("tags", number) for number in tags_of(entry)]
        limited = entry.type == TIME and tenant.limited(entry.users_id)
        row = {
            "id": tenant.id_of(entry),
            "workspaceId": tenant.key,
            "userId": hex_id("users", entry.users_id),
            "projectId": tenant.id("projects", entry.projects_id) if entry.projects_id else None,
            "taskId": tenant.task_of(entry),
            "kioskId": tenant.id("kiosks", 1) if limited else None,
            "description": entry.text or "",
            "tagIds": tags if tags or self.view.switches.no_tags == "empty" else None,
            "billable": entry.billable > 0,
            "type": TYPES[entry.type][0],
            "isLocked": tenant.is_locked(entry),
            "timeInterval": {
                "start": iso(entry.time_since),
                "end": None if until is None else iso(until),
                "duration": None if entry.duration is None else duration(entry.duration),
            },
            **self.view.rates(self.rate(entry)),
            "customFieldValues": self.custom_fields(entry),
        }
        if self.view.switches.approvals == "told":
            row["approvalRequestId"] = tenant.approval_of(entry)
        return row

    def rate(self, entry: Entry) -> float | None:
        """Rate as it was when the entry was made; none of what nobody typed in."""
        hidden = not entry.billable and self.view.switches.unbillable_rates == "null"
        return None if hidden or entry.type != TIME else entry.hourly_rate

    def custom_fields(self, entry: Entry) -> list[Row]:
        """Values of custom fields."""
        value = ticket_of(self.view, entry)
        return [
            {
                "customFieldId": self.tenant.id("custom_fields", TICKET),
                "timeEntryId": self.tenant.id_of(entry),
                "value": value,
                "name": "Ticket",
                "type": "TXT",
            }
        ] * (value is not None)

    def around(self, entry: Entry) -> Row:
        """Build what a hydrated row adds: the rows behind its ids."""
        view, project = self.view, self.view.world.tables["projects"].get(entry.projects_id or 0)
        row = project_row(view, project) if project else None
        tasks = tasks_of(view, row["id"]) if row else []
        return {
            "project": row,
            "task": next((t for t in tasks if t["id"] == self.tenant.task_of(entry)), None),
            "tags": [tag_row(view, number) for number in tags_of(entry)],
            "user": user_row(view, view.world.tables["users"][entry.users_id], "NONE"),
            "kiosk": None,
        }
