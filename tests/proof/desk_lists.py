"""Edits of master data by chance: rows inserted, changed and deleted; each says what it did."""

from collections.abc import Callable
from datetime import date, timedelta

from simulator.store import Row
from simulator.world import REFERENCES
from tests.proof.desk import Desk

Make = Callable[[Desk, Row], object]
PERSONAL = ("absences", "holidays_carry", "overtime_carry", "overtime_reductions")


def _any_day(desk: Desk, _: object = None) -> str:
    """Pick a day of this year or the next: reports are computed for years with people in them."""
    return str(date(desk.world.now.year, 1, 1) + timedelta(days=desk.chance.randrange(600)))


def _day_or_none(desk: Desk, _: Row) -> str | None:
    return _any_day(desk) if desk.often(70) else None


def _start(desk: Desk, _: Row) -> str:
    passed = (desk.world.now - desk.first).days
    return str(desk.first.date() + timedelta(days=desk.chance.randrange(passed)))


def _toggled(column: str) -> Make:
    return lambda _, row: not row[column]


def _text(desk: Desk, _: Row) -> str:
    return desk.text()


def _number(desk: Desk, _: Row) -> float:
    return desk.number(300)


def _renamed(desk: Desk, row: Row) -> str:
    return f"{row['name'][:40]} {desk.chance.choice('äß☃x')}"


def _one_of(table: str) -> Make:
    return lambda desk, _: desk.key(table)


def _out_of(*values: object) -> Make:
    return lambda desk, _: desk.chance.choice(values)


def _fewer(column: str) -> Make:
    return lambda desk, row: [part for part in row[column] if desk.often(60)]


# Where names of old entries or single days of old years change, only `--full` promises to see it.
CHANGES: tuple[tuple[str, str, Make], ...] = (
    *(("customers", "active", _toggled("active")), ("customers", "note", _text)),
    *(("projects", "note", _text), ("projects", "deadline", _day_or_none)),
    *(("subprojects", "active", _toggled("active")), ("subprojects", "deadline", _day_or_none)),
    *(("services", "note", _text), ("lump_sum_services", "price", _number)),
    *(("rates", "hourly_rate", _number), ("teams", "name", _renamed)),
    *(("users", "number", _text), ("users", "exit_date", _day_or_none)),
    *(("users", "teams_id", _one_of("teams")), ("users", "active", _toggled("active"))),
    *(("absences", "status", _out_of(*range(5))), ("absences", "count_days", _out_of(0.5, 1, 3))),
    *(("holidays_quota", "count", _number), ("holidays_carry", "count", _number)),
    *(("overtime_carry", "hours", _number), ("overtime_reductions", "hours", _number)),
    *(("access_groups", "name", _renamed), ("access_groups", "users_ids", _fewer("users_ids"))),
    ("work_time_change_requests", "changes", _fewer("changes")),
    ("users_nonbusiness_groups", "nonbusiness_groups_id", _one_of("nonbusiness_groups")),
    *(("users", "start_date", _start), ("company", "holidays_count_default", _number)),
)
SEEN_BY_FULL: tuple[tuple[str, str, Make], ...] = (
    *((table, "name", _renamed) for table in REFERENCES),
    ("nonbusiness_days", "half_day", _toggled("half_day")),
)
INSERTED: dict[str, Callable[[Desk], Row]] = {
    "customers": lambda desk: {"name": f"New {desk.text()[:20]}"},
    "projects": lambda desk: {"customers_id": desk.key("customers")},
    "subprojects": lambda desk: {"projects_id": desk.key("projects")},
    "services": lambda desk: {"note": desk.text()},
    "lump_sum_services": lambda desk: {"price": desk.number(99)},
    "users": lambda desk: {"active": True, "number": desk.text()},
    "teams": lambda _: {},
    "access_groups": lambda _: {},
    "nonbusiness_groups": lambda _: {},
    "work_time_change_requests": lambda desk: {"users_id": desk.key("users")},
    "users_nonbusiness_groups": lambda desk: {"users_id": desk.key("users")},
    **dict.fromkeys(PERSONAL, lambda desk: {"users_id": desk.key("users")}),
}
DELETED = (*PERSONAL, "target_hours", "work_time_change_requests", "users_nonbusiness_groups")


def change(desk: Desk) -> str:
    known = (*CHANGES, *SEEN_BY_FULL) if desk.everything else CHANGES
    table, column, make = desk.chance.choice(known)
    if not (row := desk.row(table)):
        return ""
    key = next(k for k, r in desk.world.tables[table].items() if r is row)
    desk.world.edit(table, key, **{column: make(desk, row)})
    return f"change {column} of {table} {key}"


def insert(desk: Desk) -> str:
    table = desk.chance.choice(tuple(INSERTED))
    if not desk.world.rows(table):  # its oldest row is the example
        return ""
    fields = INSERTED[table](desk)
    if table == "absences":
        kind, day = desk.chance.randint(1, 15), _any_day(desk)
        fields |= {"type": kind, "date_since": day, "date_until": day}
    return f"insert {table} {desk.world.insert(table, **fields)}"


def delete(desk: Desk) -> str:
    table = desk.chance.choice(DELETED)
    if not (row := desk.row(table)):
        return ""
    return f"delete {table} {desk.world.delete(table, row['id'])}"


def delete_holder(desk: Desk) -> str:
    """Delete what entries can hang on; where all is seen, a few entries go with it."""
    table, column = desk.chance.choice(tuple(REFERENCES.items()))
    hanging: dict[int, int] = {}
    for entry in desk.world.entries:
        key = getattr(entry, column)
        hanging[key] = hanging.get(key, 0) + 1
    most = len(desk.world.entries) // 12 if desk.everything else 0
    row = desk.row(table, lambda r: hanging.get(r["id"], 0) <= most)
    if not row or len(desk.world.rows(table)) < 3:
        return ""
    desk.world.delete(table, row["id"], force=True)
    return f"delete {table} {row['id']} with {hanging.get(row['id'], 0)} entries"


def price(desk: Desk) -> str:
    """Insert a rate at the end of the list, or delete one that names something."""
    row = desk.row("rates", lambda r: r["id"])
    if row is None or desk.often(50):
        last = max(r["position"] for r in desk.world.rows("rates"))
        fields = {"id": 9900 + last, "position": last + 1, "hourly_rate": desk.number(200)}
        return f"insert rates {desk.world.insert('rates', **fields)}"
    if len(desk.world.rows("rates")) < 5:
        return ""
    key = next(k for k, r in desk.world.tables["rates"].items() if r is row)
    return f"delete rates {desk.world.delete('rates', key)}"


def finish(desk: Desk) -> str:
    if not (project := desk.row("projects")):
        return ""
    if project["completed"]:
        return f"reopen projects {desk.world.reopen_project(project['id'])}"
    return f"complete projects {desk.world.complete_project(project['id'])}"


def budget(desk: Desk) -> str:
    """Give a project another amount, another hardness, or no budget at all."""
    if not (project := desk.row("projects", lambda r: r["budget"])):
        return ""
    new = {**project["budget"], "hard": desk.often(50), "amount": desk.number(90_000)}
    desk.world.edit("projects", project["id"], budget=new if desk.often(85) else None)
    return f"change budget of projects {project['id']}"


def target(desk: Desk) -> str:
    if not (user := desk.row("users")):
        return ""
    since = date.fromisoformat(_any_day(desk))
    desk.world.change_target(user["id"], since, monday=desk.number(9), friday=4.0)
    return f"change target of users {user['id']} from {since}"


def holiday(desk: Desk) -> str:
    """Add a free day, of this year or of every year."""
    fields: Row = {"day": desk.chance.randint(1, 28), "month": desk.chance.randint(1, 12)}
    fields |= {"nonbusiness_group_id": desk.key("nonbusiness_groups")}
    if desk.often(50):
        fields |= {"type": "DISTINCT_ONCE", "year": desk.world.now.year}
    return f"insert nonbusiness_days {desk.world.insert('nonbusiness_days', **fields)}"


def presence(desk: Desk) -> str:
    """Insert, change or delete a day of somebody's presence."""
    day, person = desk.day().isoformat(), desk.key("users")
    begins = desk.chance.sample(range(5, 17), 3)
    intervals = [
        {"time_since": f"{day}T{n:02}:00:00Z", "time_until": f"{day}T{n:02}:50:00Z"}
        for n in sorted(begins)
    ]
    rows = desk.world.tables["work_times"]
    same = [k for k, r in rows.items() if (r["users_id"], r["date"]) == (person, day)]
    if not same:
        desk.world.insert("work_times", users_id=person, date=day, intervals=intervals)
    elif desk.often(50):
        desk.world.edit("work_times", same[0], intervals=intervals, offset=60)
    else:
        desk.world.delete("work_times", same[0])
    return f"{'change' if same else 'insert'} work_times of {person} on {day}"


EDITS = (
    *(change, change, change, insert, insert, delete, delete_holder, price, finish, finish),
    *(budget, target, holiday, presence),
)
