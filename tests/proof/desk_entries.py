"""Edits of entries by chance, as people make them; each says what it did, or nothing."""

from simulator.instants import iso
from simulator.store import LUMP_SUM, LUMP_SUM_SERVICE, TIME, Row
from tests.proof.desk import DAY, Desk, named

KINDS = (TIME, LUMP_SUM, LUMP_SUM_SERVICE)


def insert(desk: Desk) -> str:
    kind = desk.chance.choice((TIME, TIME, *KINDS))
    since = desk.moment()
    fields: Row = {"type": kind, "time_since": since, **_booked(desk), "text": desk.text()}
    fields |= {"users_id": desk.key("users"), "billable": desk.chance.choice((0, 1, 2))}
    if kind == TIME:
        fields["time_until"] = since + desk.chance.choice((60, 3600, DAY))
    if kind == LUMP_SUM:
        fields["lumpsum"] = desk.number(9999)
    if kind == LUMP_SUM_SERVICE:
        service = desk.world.rows("lump_sum_services")[-1]
        price, amount = service["price"], desk.number(50)
        fields |= {"lumpsum_services_id": service["id"], "lumpsum_services_price": price}
        fields |= {"lumpsum_services_amount": amount, "services_id": None}
    desk.last = desk.world.insert_entry(**fields)
    return f"insert {named(desk.world.entries.by_id[desk.last])}"


def edit(desk: Desk) -> str:
    if not (entry := desk.entry(*KINDS)):
        return ""
    fields: Row = desk.chance.choice(
        (
            {"text": desk.text()},
            {"billable": (entry.billable + 1) % 2},
            {"users_id": desk.key("users")},
            {"test_data": not entry.test_data},
            _booked(desk),
        )
    )
    if entry.type == LUMP_SUM and desk.often(30):
        fields = {"lumpsum": desk.number(9999)}
    desk.world.edit_entry(entry.id, **fields)
    return f"edit {', '.join(fields)} of {named(entry)}"


def edit_time(desk: Desk) -> str:
    if not (entry := desk.entry(TIME)):
        return ""
    since = entry.time_since
    fields: Row = desk.chance.choice(
        (
            {"duration": desk.chance.randrange(DAY)},
            {"time_until": since + desk.chance.randrange(DAY)},
            {"hourly_rate": desk.number(300)},
            {"services_id": desk.key("services")},
        )
    )
    desk.world.edit_entry(entry.id, **fields)
    return f"edit {', '.join(fields)} of {named(entry)}"


def move(desk: Desk) -> str:
    if not (entry := desk.entry(*KINDS)):
        return ""
    before = named(entry)
    since = desk.anywhere() if entry.id in desk.seen else desk.moment()
    desk.world.move_entry(entry.id, iso(since))
    return f"move {before} to {iso(since)}"


def change_type(desk: Desk) -> str:
    if not (entry := desk.entry(*KINDS)):
        return ""
    before = named(entry)
    kind = desk.chance.choice([k for k in KINDS if k != entry.type])
    desk.world.change_type(entry.id, kind)
    return f"turn {before} into type {kind}"


def bill(desk: Desk) -> str:
    if not (entry := desk.entry(*KINDS)):
        return ""
    desk.world.bill_entry(entry.id)
    return f"bill {named(entry)}"


def delete(desk: Desk) -> str:
    if not (entry := desk.entry(*KINDS)):
        return ""
    desk.world.delete_entry(entry.id)
    return f"delete {named(entry)}"


def start(desk: Desk) -> str:
    busy = {e.users_id for e in desk.world.entries if e.running}
    if not (user := desk.row("users", lambda r: r["active"] and r["id"] not in busy)):
        return ""
    desk.last = desk.world.start_entry(user["id"], **_booked(desk))
    return f"start {named(desk.world.entries.by_id[desk.last])}"


def stop(desk: Desk) -> str:
    if not (entry := desk.entry(TIME, running=True)):
        return ""
    desk.world.stop_entry(entry.id)
    return f"stop {named(entry)}"


def edit_running(desk: Desk) -> str:
    if not (entry := desk.entry(TIME, running=True)):
        return ""
    if desk.often(30):
        desk.world.delete_entry(entry.id)
        return f"delete the running {named(entry)}"
    desk.world.edit_entry(entry.id, text=desk.text())
    return f"edit text of the running {named(entry)}"


def _booked(desk: Desk) -> Row:
    """Return a project with its customer, and one of its parts where it has some, or none."""
    if desk.often(15):
        customer = desk.key("customers")
        return {"projects_id": None, "subprojects_id": None, "customers_id": customer}
    project = desk.world.tables["projects"][desk.key("projects")]
    part = desk.row("subprojects", lambda r: r["projects_id"] == project["id"])
    keys = {"projects_id": project["id"], "customers_id": project["customers_id"]}
    return {**keys, "subprojects_id": part["id"] if part and desk.often(70) else None}


EDITS = (insert, edit, edit_time, move, move, change_type, bill, delete, start, stop, edit_running)
