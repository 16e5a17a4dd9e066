"""What is not to be kept never reaches the disk, also where a run ends in the middle."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from simulator.world import World
from tests.conftest import Account
from tests.crash import dying
from tests.search import columns, holding

MakeAccount = Callable[..., Account]

SETTING = {
    "exclude_columns": (
        *(f"{kind}_entries.text" for kind in ("time", "lump_sum", "lump_sum_service")),
        *("absences.type", "absences.note", "absences.public_note"),
        *("users.email", "user_reports.users_email", "customers.note"),
    ),
    "hash_columns": (
        *(f"{kind}_entries.users_name" for kind in ("time", "lump_sum", "lump_sum_service")),
        *("users.name", "user_reports.users_name", "users.initials"),
    ),
}
WORDS = {
    "users": ("name", "email", "initials", "support_pin"),
    "absences": ("note", "public_note"),
    "customers": ("note",),
}
OFF = [f"geheim-{table}-{name}" for table, names in WORDS.items() for name in names]
OFF += ["geheim-text", "geheim-later"]
KEPT = "offen-customers-name"
NAME = sha256(b"geheim-users-name").hexdigest()[:32]


def tell(world: World) -> None:
    """Let values that stand nowhere else be all that is said in some columns."""
    for table, names in WORDS.items():
        for row in world.rows(table):
            world.edit(table, row["id"], **{name: f"geheim-{table}-{name}" for name in names})
            row["new"] = "so that keys nobody documented are looked for, and kept"
    for entry in list(world.entries):
        world.edit_entry(entry.id, text="geheim-text")
    world.edit("customers", world.rows("customers")[0]["id"], name=KEPT)


def places(folder: Path) -> set[str]:
    """Return where the one word is that is kept, having seen that the others are nowhere."""
    found = holding(folder, KEPT, *OFF)
    assert {word for word, _ in found} == {KEPT}
    assert "type" not in columns(folder, "absences")
    return {place for _, place in found}


def test_what_is_excluded_hashed_or_secret_never_reaches_the_disk(
    account: MakeAccount, tmp_path: Path
) -> None:
    """Not a byte of it, at no step of a load, nor of the load of a change to it."""
    company = account()
    tell(company.world)
    for point in ("extracted", "normalized", "staged"):
        assert dying(point, lambda: company.sync(setting=SETTING)) == 9 << 8
        assert any(name.startswith("customers.") for name in places(tmp_path))

    company.sync(setting=SETTING)
    assert {"clockodo_raw.customers", "clockodo_raw_staging.customers"} <= places(tmp_path)

    edited, deleted = [entry.id for entry in company.world.entries if entry.type == 1][-2:]
    company.world.edit_entry(edited, text="geheim-later", duration=77)
    company.world.delete_entry(deleted)
    assert company.sync(setting=SETTING).packages == 1
    places(tmp_path)
    _, log = company.query("select entry_id, kind from clockodo_raw.entry_changes")
    assert sorted(log) == [(edited, "updated"), (deleted, "deleted")]

    for table, column in (("users", "name"), ("user_reports", "users_name")):
        found = company.query(f"select distinct {column} from clockodo_raw.{table}")[1]
        assert found == [(NAME,)]
    _, people = company.query("select distinct users_name from clockodo_raw.time_entries")
    assert people == [(NAME,)]
