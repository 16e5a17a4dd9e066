"""A workspace: one company, and what is worked out about it once until it changes."""

from bisect import bisect_left
from collections import defaultdict
from functools import cached_property
from operator import attrgetter
from typing import Any

from simulator.clockify_extra import TYPES, is_limited, made_by_itself
from simulator.clockify_ids import hex_id, meaning, task_number
from simulator.clockify_params import foreign
from simulator.instants import wall
from simulator.store import TIME, Entry, Row
from simulator.world import World

# Entries of the first days are locked for good.
LOCKED_DAYS = 14
WEEK = 7 * 86_400


def is_told(entry: Entry | None) -> bool:
    """Whether Clockify has the like: it knows no lump sums, and nobody keeps samples there."""
    return entry is not None and entry.type == TIME and not entry.test_data


class Book:
    """Entries as they stand at one version of the world."""

    def __init__(self, world: World) -> None:
        self.version = world.version
        self.extra = made_by_itself(world)
        told = [e for e in world.entries if is_told(e)]
        self.all = Span(sorted([*told, *self.extra], key=attrgetter("time_since")))
        # Found for a reader who turns pages, or follows what changed.
        self.reports: dict[Any, Any] = {}
        self.requests: dict[Any, list[Row]] = {}
        self.lives: list[Any] | None = None

    @cached_property
    def of_person(self) -> dict[int, "Span"]:
        """Entries of each person."""
        found: defaultdict[int, list[Entry]] = defaultdict(list)
        for entry in self.all.entries:
            found[entry.users_id].append(entry)
        return {users_id: Span(entries) for users_id, entries in found.items()}

    @cached_property
    def used(self) -> dict[int, dict[int, int]]:
        """Seconds by project and, within, by service."""
        found: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for entry in self.all.entries:
            if entry.projects_id:
                services, service = found[entry.projects_id], entry.services_id or 0
                services[service] = services.get(service, 0) + (entry.duration or 0)
        return found

    @cached_property
    def members(self) -> dict[int, set[int]]:
        """Who has worked on each project."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for entry in self.all.entries:
            if entry.projects_id:
                found[entry.projects_id].add(entry.users_id)
        return found


class Span:
    """Entries in order of their start."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.starts = [entry.time_since for entry in entries]

    def newest_first(self, since: int | None, before: int | None) -> list[Entry]:
        """Entries that start in [since, before)."""
        low = 0 if since is None else bisect_left(self.starts, since)
        high = len(self.starts) if before is None else bisect_left(self.starts, before)
        return self.entries[low:high][::-1]


class Tenant:
    """One workspace."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.number = number
        self.key = hex_id("workspaces", number)
        first = wall(world.timezone, world.since, 0)
        self.locked_before = first + LOCKED_DAYS * 86_400
        self._book: Book | None = None

    @property
    def book(self) -> Book:
        """Entries as they stand."""
        if self._book is None or self._book.version != self.world.version:
            self._book = Book(self.world)
        return self._book

    def id(self, kind: str, number: int) -> str:
        """Id of something in this workspace."""
        return hex_id(kind, number, self.number)

    def id_of(self, entry: Entry) -> str:
        """Id of an entry."""
        return hex_id(TYPES[entry.type][1], entry.id, self.number)

    def task_of(self, entry: Entry) -> str | None:
        """Task of an entry: its service, on its project."""
        if not entry.projects_id or not entry.services_id:
            return None
        return self.id("tasks", task_number(entry.projects_id, entry.services_id))

    def client_of(self, entry: Entry) -> Row | None:
        """Client of an entry: that of its project."""
        project = self.world.tables["projects"].get(entry.projects_id or 0)
        return self.world.tables["customers"].get(project["customers_id"]) if project else None

    def approval_of(self, entry: Entry) -> str | None:
        """Id of the approved week; only what is locked was ever approved."""
        if not self.is_locked(entry):
            return None
        return self.id("approvals", entry.users_id * 10_000 + entry.time_since // WEEK)

    def is_locked(self, entry: Entry) -> bool:
        """Whether an entry may not be edited any more."""
        return entry.time_since < self.locked_before

    def number_of(self, kind: str, key: str, what: str) -> int:
        """Tell the number behind an id of this workspace; refused where it is none."""
        found = meaning(key)
        if found is None or self.id(kind, found.number) != key:
            raise foreign(what)
        return found.number

    def find(self, table: str, kind: str, key: str, what: str) -> Row:
        """Row of the world behind an id."""
        row = self.world.tables[table].get(self.number_of(kind, key, what))
        if row is None or row.get("test_data"):
            raise foreign(what)
        return row

    def entry(self, key: str) -> Entry:
        """Entry behind an id."""
        found = meaning(key)
        if found is not None and self.id(found.kind, found.number) == key:
            entry = self.world.entries.by_id.get(found.number)
            if found.kind == "entries" and entry is not None and is_told(entry):
                return entry
            for made in self.book.extra:
                if self.id_of(made) == key:
                    return made
        raise foreign("Time entry")

    def rows(self, table: str) -> list[Row]:
        """Rows of a table, without samples."""
        return [row for row in self.world.rows(table) if not row.get("test_data")]

    def limited(self, users_id: int) -> bool:
        """Whether somebody only uses the kiosk."""
        user = self.world.tables["users"].get(users_id)
        return user is not None and is_limited(user)
