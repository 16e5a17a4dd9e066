"""One edit of every kind, as people make them."""

from datetime import timedelta

from simulator.store import Entry
from simulator.world import World

DAY = 86_400


def edit_everything(world: World) -> None:
    """Change the company in every way it can be changed, inside the look-back and out of it."""
    recent = [e for e in world.entries if e.type == 1 and _days_ago(world, e, 1, 40)]
    old = [e for e in world.entries if e.type == 1 and _days_ago(world, e, 150, 300)]
    picked = [e.id for e in recent if e.projects_id is None or e.billable == 0][:10]
    assert len(picked) == 10
    running = next(e.id for e in world.entries if e.time_until is None)

    world.edit_entry(picked[0], duration=4_321)
    world.edit_entry(picked[1], text="Ümläute, 'quotes' and a snowman ☃")
    world.move_entry(picked[2], world.now - timedelta(days=3))
    world.move_entry(picked[3], world.now - timedelta(days=200))
    world.move_entry(picked[4], world.now + timedelta(days=90))
    world.change_type(picked[5], 2)
    world.change_type(picked[6], 3)
    world.bill_entry(picked[7])
    world.delete_entry(picked[8])
    world.edit_entry(picked[9], text="")
    lump = next(e for e in world.entries if e.type == 2 and _days_ago(world, e, 1, 300))
    world.change_type(lump.id, 1)
    world.move_entry(lump.id, world.now - timedelta(days=2))
    world.stop_entry(running)
    if old:
        world.move_entry(old[0].id, world.now - timedelta(days=5))
    world.insert_entry(time_since=world.now - timedelta(days=4))
    world.start_entry(recent[0].users_id)
    _edit_master_data(world)


def complete_one(world: World) -> None:
    """Complete the project of a fixed price for which most was worked: its revenue changes."""
    hard = [
        p
        for p in world.rows("projects")
        if p["budget"] and p["budget"]["hard"] and p["budget"]["monetary"] and not p["completed"]
    ]
    project = max(hard, key=lambda p: sum(e.projects_id == p["id"] for e in world.entries))
    world.complete_project(project["id"])


def _edit_master_data(world: World) -> None:
    complete_one(world)
    users = [row for row in world.rows("users") if row["active"] and row["role"] == "worker"]
    world.archive_user(users[0]["id"])
    world.change_target(users[1]["id"], world.now.date(), monday=4.0)
    world.insert(
        "absences",
        users_id=users[2]["id"],
        date_since="2026-11-19",
        date_until="2026-11-19",
        type=4,
        status=1,
        count_days=1,
    )
    world.delete("absences", world.rows("absences")[0]["id"])
    presence = list(world.tables["work_times"])  # by day, so the last is of these days
    world.delete("work_times", presence[-1])
    world.edit("work_times", presence[-2], offset=60)
    world.edit("teams", world.rows("teams")[0]["id"], name="Renamed [bold]team")
    world.edit("customers", world.rows("customers")[0]["id"], active=False)
    world.edit("services", world.rows("services")[-1]["id"], active=False)


def _days_ago(world: World, entry: Entry, least: int, most: int) -> bool:
    return least * DAY <= world.now_epoch - entry.time_since <= most * DAY
