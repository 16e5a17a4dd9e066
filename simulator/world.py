"""One invented company, seeded; edits and deletions happen on its own clock.

    World(seed) -> holidays, people, offers, absences -> work, occasions -> books

Equal seeds tell equal stories. Every edit takes the lock that the server holds while it answers,
so that a reader sees the company before it or after it.
"""

from datetime import UTC, date, datetime, timedelta
from threading import RLock

from simulator import absences, books, holidays, occasions, offers, people, work
from simulator.instants import epoch_of
from simulator.money import factor_at_completion, is_hard, rate_for
from simulator.store import LUMP_SUM, LUMP_SUM_SERVICE, OF_SOME_TYPES, TIME, Entry, Ledger, Row
from simulator.templates import TEMPLATES

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
# The vendor cuts a run to one day when the clock is stopped.
LONGEST_RUN = 86_400
# Their names are part of rendered entries.
NAMED = {"customers", "projects", "subprojects", "services", "lump_sum_services", "users"}
REFERENCES = {
    "customers": "customers_id",
    "projects": "projects_id",
    "subprojects": "subprojects_id",
    "services": "services_id",
    "lump_sum_services": "lumpsum_services_id",
    "users": "users_id",
}
PERSONAL = {"absences", "target_hours", "users_nonbusiness_groups", "holidays_quota"}
PERSONAL |= {"holidays_carry", "overtime_carry", "overtime_reductions", "work_times"}
DEPENDENT = {
    "customers": {"projects"},
    "projects": {"subprojects"},
    "users": PERSONAL | {"work_time_change_requests"},
}
# A change of one of these asks the list of rates again.
PRICED_BY = {"customers_id", "projects_id", "services_id", "users_id"}
INSTANTS = {"time_since", "time_until", "time_insert", "time_last_change", "time_clocked_since"}


class World(Ledger):
    """The company with everything that can be done to it while it runs."""

    def __init__(self, seed: int = 1, years: float = 2.0, now: datetime = NOW) -> None:
        since = (now - timedelta(days=365.25 * years)).date().replace(day=1)
        super().__init__(seed, since, now)
        self.lock = RLock()
        people.fill(self, holidays.fill(self))
        kinds = offers.fill(self)
        absences.fill(self)
        self.entries.load(occasions.fill(self, work.fill(self, kinds)))
        books.close(self, kinds)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        with self.lock:
            self.now += by

    def insert_entry(self, **fields: object) -> int:
        """Add an entry; what is not given follows from the rest, the rate from the rates."""
        with self.lock:
            given = self._checked(fields)
            since = int(given.setdefault("time_since", self.now_epoch - 3600))
            kind = given.setdefault("type", TIME)
            given.setdefault("time_until", since if kind != TIME else since + 3600)
            given.setdefault("users_id", next(iter(self.tables["users"])))
            given.setdefault("customers_id", self._customer_of(given))
            given.setdefault("time_insert", self.now_epoch)
            if kind != LUMP_SUM_SERVICE:
                given.setdefault("services_id", next(iter(self.tables["services"])))
            entry = Entry(**given)
            self._touch(entry, given)
            self.entries.add(entry)
            self.record(None, entry)
            return entry.id

    def edit_entry(self, entry_id: int, /, **fields: object) -> int:
        """Change an entry; its time of last change moves."""
        with self.lock:
            entry = self.entries.by_id[entry_id]
            return self._change(entry, entry.copy(), fields)

    def move_entry(self, entry_id: int, time_since: datetime | str) -> int:
        """Let an entry start at another time; its length stays."""
        with self.lock:
            entry = self.entries.by_id[entry_id]
            shift = epoch_of(time_since) - entry.time_since
            until = None if entry.time_until is None else entry.time_until + shift
            return self.edit_entry(entry_id, time_since=time_since, time_until=until)

    def change_type(self, entry_id: int, kind: int) -> int:
        """Turn an entry into another type; what only the old one has is forgotten."""
        with self.lock:
            entry = self.entries.by_id[entry_id]
            if kind == entry.type:
                return entry_id
            before = entry.copy()
            changes: Row = {"type": kind, "time_until": entry.time_since}
            changes["services_id"] = entry.services_id or next(iter(self.tables["services"]))
            if kind == TIME:
                changes["time_until"] += 3600
            else:
                changes["billable"] = max(1, entry.billable)
            if kind == LUMP_SUM:
                changes["lumpsum"] = 100.0
            elif kind == LUMP_SUM_SERVICE:
                service = self.rows("lump_sum_services")[0]
                changes |= {"lumpsum_services_id": service["id"], "services_id": None}
                changes |= {"lumpsum_services_amount": 1.0}
                changes |= {"lumpsum_services_price": service["price"]}
            for name, nothing in OF_SOME_TYPES.items():
                setattr(entry, name, nothing)
            return self._change(entry, before, changes)

    def delete_entry(self, entry_id: int) -> int:
        """Remove an entry without a trace."""
        with self.lock:
            self._drop(self.entries.by_id[entry_id])
            return entry_id

    def bill_entry(self, entry_id: int) -> int:
        """Mark an entry as billed."""
        return self.edit_entry(entry_id, billable=2)

    def start_entry(self, users_id: int, **fields: object) -> int:
        """Start a person's clock now."""
        with self.lock:
            now = self.now_epoch
            fields = {"time_since": now, "time_clocked_since": now, "clocked": True} | fields
            return self.insert_entry(users_id=users_id, time_until=None, **fields)

    def stop_entry(self, entry_id: int) -> int:
        """Stop a clock; a run of more than a day is cut to one."""
        with self.lock:
            since = self.entries.by_id[entry_id].time_since
            return self.edit_entry(entry_id, time_until=min(self.now_epoch, since + LONGEST_RUN))

    def complete_project(self, project_id: int) -> int:
        """Close a project; a fixed price is shared out now, and no entry's time of change moves."""
        with self.lock:
            project = self.tables["projects"][project_id]
            factor = factor_at_completion(self, project) if is_hard(project) else 1
            self._set_state(project, completed_at=self.now, factor=factor)
            return project_id

    def reopen_project(self, project_id: int) -> int:
        """Open a project again; the revenue of a fixed price is unknown again."""
        with self.lock:
            project = self.tables["projects"][project_id]
            self._set_state(project, completed_at=None, factor=None if is_hard(project) else 1)
            return project_id

    def change_target(self, users_id: int, since: date, **hours: float) -> int:
        """Agree on other hours from a day on: `monday=6.0 …`; the row before ends on its eve."""
        with self.lock:
            eve = (since - timedelta(days=1)).isoformat()
            for row in self.rows("target_hours"):
                if row["users_id"] == users_id and row["date_until"] is None:
                    row["date_until"] = eve
            user = self.tables["users"][users_id]
            if user["default_target_hours"]:
                first = date.fromisoformat(user["start_date"] or self.since.isoformat())
                former = people.weekly_row(people.COMPANY_HOURS, first, since - timedelta(days=1))
                self.add("target_hours", users_id=users_id, **former)
            user["default_target_hours"] = False
            row = {**people.weekly_row((), since), **hours}
            return self.add("target_hours", users_id=users_id, **row)

    def insert(self, resource: str, /, **fields: object) -> int:
        """Add a row of master data; keys not given take an ordinary value."""
        with self.lock:
            key = self.add(resource, **{**TEMPLATES[resource](self), **fields})
            self._follow_up(resource)
            return key

    def edit(self, resource: str, key: int, /, **fields: object) -> int:
        """Change a row of master data."""
        with self.lock:
            row = self.tables[resource][key]
            if unknown := fields.keys() - row.keys():
                raise KeyError(f"{resource} has no {sorted(unknown)}")
            row.update(fields)
            if resource == "projects" and "completed" in fields:
                (self.complete_project if fields["completed"] else self.reopen_project)(key)
            elif resource == "users" and "active" in fields:
                self.archived.pop(key, None)
                if not fields["active"]:
                    self.archived[key] = self.now.date()
            elif resource == "projects" and "budget" in fields and not row["completed"]:
                row["revenue_factor"] = None if is_hard(row) else 1
            self._follow_up(resource)
            return key

    def delete(self, resource: str, key: int, *, force: bool = False) -> int:
        """Remove a row; refused while entries hang on it, unless forced: then they go too."""
        with self.lock:
            column = REFERENCES.get(resource)
            hanging = self._hanging_on(column, key)
            if hanging and not force:
                raise ValueError(f"{len(hanging)} entries prevent the deletion")
            for entry in hanging:
                self._drop(entry)
            del self.tables[resource][key]
            for name, rows in self.tables.items():
                if name in DEPENDENT.get(resource, ()):
                    for other in [k for k, r in rows.items() if r.get(str(column)) == key]:
                        self.delete(name, other, force=True)
            self._follow_up(resource)
            return key

    def archive_user(self, users_id: int) -> int:
        """Let a person leave without a date."""
        return self.edit("users", users_id, active=False)

    def delete_user(self, users_id: int) -> int:
        """Remove a person with everything recorded about them."""
        return self.delete("users", users_id, force=True)

    def _hanging_on(self, column: str | None, key: int) -> list[Entry]:
        return [e for e in self.entries if getattr(e, column) == key] if column else []

    def _change(self, entry: Entry, before: Entry, fields: Row) -> int:
        given = self._checked(fields)
        if "projects_id" in given:
            given.setdefault("customers_id", self._customer_of(given))
        if "time_since" in given:
            self.entries.move(entry, given["time_since"])
        for name, value in given.items():
            setattr(entry, name, value)
        self._touch(entry, given)
        self.record(before, entry)
        return entry.id

    def _drop(self, entry: Entry) -> None:
        self.entries.remove(entry)
        self.record(entry, None)

    def _checked(self, fields: Row) -> Row:
        given = dict(fields)
        for name in INSTANTS & given.keys():
            if given[name] is not None and not isinstance(given[name], int):
                given[name] = epoch_of(given[name])
        if "text" in given:
            given["texts_id"] = self.text_id(given["text"])
        return given

    def _customer_of(self, given: Row) -> int:
        project = self.tables["projects"].get(int(given.get("projects_id") or 0))
        return int(project["customers_id"] if project else next(iter(self.tables["customers"])))

    def _touch(self, entry: Entry, given: Row) -> None:
        entry.time_last_change = entry.time_last_change_work_time = self.now_epoch
        if "duration" not in given and entry.type == TIME:
            until = entry.time_until
            entry.duration = None if until is None else until - entry.time_since + entry.offset
        if (
            entry.type == TIME
            and "hourly_rate" not in given
            and (not entry.id or PRICED_BY & given.keys())
        ):
            entry.hourly_rate = rate_for(self, entry)
        entry.rendered.clear()

    def _set_state(self, project: Row, completed_at: datetime | None, factor: float | None) -> None:
        stamp = completed_at and completed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        parts = [s for s in self.rows("subprojects") if s["projects_id"] == project["id"]]
        for row in (project, *parts):
            row["completed"], row["completed_at"] = completed_at is not None, stamp
            row["revenue_factor"] = factor
        self.version += 1
        self._forget_rendered("projects_id", project["id"])

    def _forget_rendered(self, column: str | None = None, key: int = 0) -> None:
        for entry in self.entries:
            if column is None or getattr(entry, column) == key:
                entry.rendered.clear()

    def _follow_up(self, resource: str) -> None:
        self.version += 1
        if resource in {"users", "teams"}:
            people.align_teams(self)
        if resource == "rates":
            # Rates have no dates: what was recorded keeps the rate it was recorded with.
            self.rate_cache.clear()
        if resource in {"subprojects", "projects"}:
            owners = [s["projects_id"] for s in self.rows("subprojects")]
            for project in self.rows("projects"):
                project["count_subprojects"] = owners.count(project["id"])
        if resource in NAMED:
            self._forget_rendered()
