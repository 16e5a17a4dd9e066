"""What is not to be kept never reaches the disk, also where a run ends in the middle."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from simulator.world import World
from tests.conftest import Account
from tests.crash import dying
from tests.search import columns, holding
from tests.trackers import Tracker

MakeAccount = Callable[..., Account]

WORDS = {
    "users": ("name", "email", "initials", "support_pin"),
    "absences": ("note", "public_note"),
    "customers": ("note",),
}
OFF = [f"geheim-{table}-{name}" for table, names in WORDS.items() for name in names]
OFF += ["geheim-text", "geheim-later"]
KEPT = "offen-customers-name"
NAME = sha256(b"geheim-users-name").hexdigest()[:32]


class Kept(NamedTuple):
    """What is kept off of a tracker's tables, and where its words would stand otherwise.

    `points`: where a load ends in the middle. `named`: columns of people's names, hashed.
    """

    exclude: tuple[str, ...]
    hashed: tuple[str, ...]
    customers: str
    without: tuple[str, str]
    points: tuple[str, ...]
    named: tuple[tuple[str, str], ...]


KINDS = ("time_entries", "lump_sum_entries", "lump_sum_service_entries")
OF_TRACKER = {
    "clockodo": Kept(
        exclude=(
            *(f"{kind}.text" for kind in KINDS),
            *("absences.type", "absences.note", "absences.public_note"),
            *("users.email", "user_reports.users_email", "customers.note"),
        ),
        hashed=(
            *(f"{kind}.users_name" for kind in KINDS),
            *("users.name", "user_reports.users_name", "users.initials"),
        ),
        customers="customers",
        without=("absences", "type"),
        points=("extracted", "normalized", "staged"),
        named=(("users", "name"), ("user_reports", "users_name"), ("time_entries", "users_name")),
    ),
    "clockify": Kept(
        exclude=(
            *("time_entries.description", "expenses.notes", "clients.note"),
            *("time_off_requests.note", "time_off_requests.status__note"),
            *("users.email", "user_groups.team_managers"),
        ),
        hashed=("users.name", "time_entries.user_name"),
        customers="clients",
        without=("users", "email"),
        points=("staged",),  # what comes before knows no tracker
        named=(("users", "name"), ("time_entries", "user_name")),
    ),
}


def tell(world: World) -> None:
    """Let values that stand nowhere else be all that is said in some columns."""
    for table, names in WORDS.items():
        for row in world.rows(table):
            world.edit(table, row["id"], **{name: f"geheim-{table}-{name}" for name in names})
            row["new"] = "so that keys nobody documented are looked for, and kept"
    for entry in list(world.entries):
        world.edit_entry(entry.id, text="geheim-text")
    world.edit("customers", world.rows("customers")[0]["id"], name=KEPT)


def places(folder: Path, without: tuple[str, str]) -> set[str]:
    """Return where the one word is that is kept, having seen that the others are nowhere."""
    found = holding(folder, KEPT, *OFF)
    assert {word for word, _ in found} == {KEPT}
    table, column = without
    assert column not in columns(folder, table)
    return {place for _, place in found}


def test_what_is_excluded_hashed_or_secret_never_reaches_the_disk(
    tracker: Tracker, account: MakeAccount, tmp_path: Path
) -> None:
    """Not a byte of it, at no step of a load, nor of the load of a change to it."""
    company, kept = account(tracker, years=0.03), OF_TRACKER[tracker.name]
    setting = {"exclude_columns": kept.exclude, "hash_columns": kept.hashed}
    tell(company.world)
    for point in kept.points:
        assert dying(point, lambda: company.sync(setting=setting)) == 9 << 8
        found = places(tmp_path, kept.without)
        assert any(name.startswith(f"{kept.customers}.") for name in found)

    company.sync(setting=setting)
    assert f"{tracker.raw}.{kept.customers}" in places(tmp_path, kept.without)

    edited, deleted = [entry.id for entry in company.world.entries if entry.type == 1][-2:]
    company.world.edit_entry(edited, text="geheim-later", duration=77)
    company.world.delete_entry(deleted)
    assert company.sync(setting=setting).packages == 1
    places(tmp_path, kept.without)
    _, log = company.query(f"select entry_id, kind from {tracker.raw}.entry_changes")
    id_of = tracker.id_of
    assert sorted(log) == sorted([(id_of(edited), "updated"), (id_of(deleted), "deleted")])

    for table, column in kept.named:
        found_names = company.query(f"select distinct {column} from {tracker.raw}.{table}")[1]
        assert found_names == [(NAME,)]
