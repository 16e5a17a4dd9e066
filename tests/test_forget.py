"""Who is forgotten leaves the warehouse, its history and its copies; figures stay the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from api_extract.errors import YourMove
from pipelines.forget import forget
from pipelines.publish import COPY, PARQUET, publish
from simulator.world import World
from tests.conftest import Account
from tests.crash import dying
from tests.search import holding
from tests.trackers import CLOCKODO, Tracker

MakeAccount = Callable[..., Account]
TELLING = ("name", "initials", "number", "email")
FIGURES = """
select source_system, user_id, 'worked' as what, count(*), sum(hours), sum(revenue)
from marts.fct_time_entries group by all
union all
select source_system, user_id, 'due', count(*), sum(net_capacity_hours), null
from marts.fct_capacity_days group by all
order by all
"""


def secrets(world: World, person: int, word: str) -> list[str]:
    """Let what tells who a person is be words that stand nowhere else; return what is kept."""
    told = {name: f"geheim-{word}-{name}@people.example" for name in TELLING}
    world.edit("users", person, **told)
    for row in world.rows("absences"):
        if row["users_id"] == person:
            world.edit("absences", row["id"], note=f"geheim-{word}-note")
    for entry in [each for each in world.entries if each.users_id == person]:
        world.edit_entry(entry.id, text=f"geheim-{word}-text")
    return [told["name"], told["email"]]


def figures(company: Account) -> list[tuple[Any, ...]]:
    return company.query(FIGURES)[1]


def id_of(company: Account, name: str) -> str:
    """Return the number of a person whose name is known."""
    ((number,),) = company.query(
        f"select id from {company.tracker.raw}.users where name = '{name}'"
    )[1]
    return str(number)


@pytest.mark.timeout(400)  # two builds of the models
def test_nothing_tells_any_more_who_it_was(
    account: MakeAccount, tracker: Tracker, tmp_path: Path
) -> None:
    """Not a byte, nor does a later sync bring it back, though the tracker tells; sums stay."""
    company = account(tracker, years=0.1)
    person = next(iter(company.world.entries)).users_id
    words = secrets(company.world, person, "before")
    company.sync(models=True)
    words += [*secrets(company.world, person, "after"), "geheim-after-text"]
    company.sync(full=True)
    copied = tmp_path / "bi"
    publish(company.place, copied, 0o640)
    publish(company.place, tmp_path / "moved")
    rmtree(tmp_path / "moved")
    (tmp_path / "disk").mkdir()
    file = company.place.warehouse.rename(tmp_path / "disk" / "warehouse.duckdb")
    company.place.warehouse.symlink_to(file)
    file.chmod(0o640)
    others = {name for (name,) in company.query("select user_name from marts.dim_users")[1]}
    number, before = id_of(company, words[2]), figures(company)
    assert {word for word, _ in holding(tmp_path, *words)} == {*words}

    found = forget(company.place, number, company.world.now)

    assert (found.copies, found.gone) == ([copied], [tmp_path / "moved"])
    assert company.place.warehouse.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert (copied / COPY).stat().st_mode & 0o777 == 0o640
    assert (copied / PARQUET).is_dir()
    assert holding(tmp_path, *words) == set()
    assert figures(company) == before
    now = {name for (name,) in company.query("select user_name from marts.dim_users")[1]}
    assert others - now == {words[0]}
    assert now - others == {number}

    changes = f"select count(*) from {tracker.raw}.entry_changes"
    logged = company.query(changes)
    company.world.advance(timedelta(days=1))
    rmtree(company.place.folder)
    company.sync(full=True)
    assert holding(tmp_path, *words) == set()
    assert company.query(changes) == logged


def test_who_cannot_be_forgotten(account: MakeAccount, tracker: Tracker) -> None:
    """The owner of the key, somebody who is not there, and anybody while a load is unfinished."""
    company = account(tracker, years=0.02, loaded=True)
    ((owner,),) = company.query(f"select distinct users_id from {tracker.raw}.api_identity")[1]
    with pytest.raises(YourMove, match="another one's"):
        forget(company.place, str(owner), company.world.now)
    word = "number" if tracker is CLOCKODO else "id"
    with pytest.raises(YourMove, match=f"Nobody has the {word} 987654"):
        forget(company.place, "987654", company.world.now)
    with pytest.raises(YourMove, match="people have"):
        forget(company.place, " ", company.world.now)
    if tracker is CLOCKODO:
        place = replace(company.place, account="other")
        with pytest.raises(YourMove, match="Nobody has the number"):
            forget(place, str(owner), company.world.now)
        with pytest.raises(YourMove, match="people have numbers here"):
            forget(company.place, "9" * 30, company.world.now)
    tables = "select count(*) from duckdb_tables() where table_name = 'forgotten_people'"
    assert company.query(tables)[1] == [(1,)]
    assert company.query(f"select * from {tracker.raw}.forgotten_people")[1] == []


@pytest.mark.long
def test_a_load_that_was_read_before_is_not_loaded_after(
    account: MakeAccount, tmp_path: Path
) -> None:
    """Where another machine forgets meanwhile: what it has not loaded yet is read again."""
    company = account(years=0.05, loaded=True)
    owner = company.app.owner["id"]
    person = next(e.users_id for e in company.world.entries if e.users_id != owner)
    (word, *_) = secrets(company.world, person, "late")
    assert dying("extracted", lambda: company.sync("users")) == 9 << 8
    elsewhere = company.place.folder.rename(tmp_path / "another machine")
    assert forget(company.place, str(person), company.world.now).rows
    rmtree(company.place.folder)
    elsewhere.rename(company.place.folder)

    company.sync("users")
    assert company.query(f"select 1 from clockodo_raw.users where name = '{word}'")[1] == []
    named = f"select name from clockodo_raw.users where id = {person}"
    assert company.query(named)[1] == [(None,)]
    assert forget(company.place, str(person), company.world.now).rows, "once more, and no error"
