"""`timehouse forget`: a person's data leaves the warehouse, its history and its copies.

noted, that no later sync brings it back → emptied in raw and snapshots → models built anew
→ copies made anew → the file written anew, as DuckDB keeps what was deleted until it needs the room

Hours, days, amounts and the number of the person stay: every figure is what it was.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

import duckdb
import yaml

from api_extract.dataset import refuse_a_newer_layout
from api_extract.errors import YourMove
from api_extract.forgotten import unmentioned
from pipelines.built import BUILT, PROJECT, accounts
from pipelines.exits import Exit
from pipelines.ledger import Ledger
from pipelines.models import Built, build_models
from pipelines.pending import legible
from pipelines.place import Place
from pipelines.publish import republish
from pipelines.report import COPIES
from pipelines.systems import SYSTEMS

SNAPSHOTS = "snapshots"
LONGEST = 18  # digits that fit any destination's whole numbers


@dataclass(frozen=True)
class Kept:
    """A table that tells of people: what is emptied, in whose rows, and where others are named."""

    schema: str
    name: str
    person: str | None
    forgotten: Sequence[str]
    mentioning: Sequence[str]
    key: Sequence[str]
    account: str | None = None


@dataclass
class Forgotten:
    """In how many rows of each table the person was; copies made anew, and those that are gone."""

    rows: dict[str, int] = field(default_factory=dict)
    copies: list[Path] = field(default_factory=list)
    gone: list[Path] = field(default_factory=list)
    built: Built | None = None

    @property
    def failed(self) -> list[str]:
        """What of the models failed, so that the marts still are what they were."""
        return self.built.failed if self.built else []

    @property
    def exit(self) -> Exit:
        """5 where something may still tell who it was."""
        return Exit.LOOK if self.failed or self.gone else Exit.DONE


def forget(place: Place, user: str, as_of: datetime, *, is_chosen: bool = False) -> Forgotten:
    """Erase who a person was; done once more, it ends what was interrupted.

    `is_chosen`: somebody said which account is meant. Raises YourMove where there is no such
    person, the key is his, a load is unfinished, or two accounts know somebody by that number.
    """
    if place.destination == "duckdb" and not place.warehouse.exists():
        raise YourMove(f"There is no warehouse {place.warehouse}. Run {place.loading} first.")
    found = Forgotten()
    with place.locked():
        person, loaded = _number(place, user), accounts(place)
        for each in {place: None, **dict.fromkeys(loaded)}:
            if each.pipeline().has_pending_data:
                raise YourMove(
                    f"A load was left unfinished. Run {each.loading}, which finishes it."
                )
        with place.at_hand():
            meant = _meant(place, loaded, person, is_chosen=is_chosen)
        (place.folder / BUILT).unlink(missing_ok=True)  # what is built of now is to be built again
        for each in meant:
            with each.at_hand(), Ledger(each.pipeline(), each).forgetting(person, as_of) as client:
                for table in _tables(each, client):
                    if rows := _erase(client, table, person):
                        found.rows[f"{table.schema}.{table.name}"] = rows
        if loaded:
            found.built = build_models(place, as_of)
        rmtree(place.folder / COPIES, ignore_errors=True)
        if not found.failed:
            found.copies, found.gone = republish(place)
        if place.destination == "duckdb":
            _write_anew(place.warehouse.absolute())
    return found


def _meant(
    place: Place, loaded: Sequence[Place], person: int | str, *, is_chosen: bool
) -> list[Place]:
    """Return the accounts in which the person is; raises YourMove where that is not clear."""
    with place.pipeline().sql_client() as client:
        known = [
            each
            for each in {place: None, **dict.fromkeys(loaded)}
            if each.system == place.system and _is_known(client, each, person)
        ]
    if not isinstance(person, int):  # ids are the same in all accounts
        meant = known
    elif is_chosen or len(known) < 2:  # noqa: PLR2004 - one of them is meant
        meant = [each for each in known if each == place]
    else:
        labels = ", ".join(each.account for each in known)
        raise YourMove(f"Several accounts have a {person}: {labels}. Name one by --account.")
    if not meant:
        word = "number" if isinstance(person, int) else "id"
        raise YourMove(f"Nobody has the {word} {person} in {place.dataset}.")
    for each in meant:
        pipeline = each.pipeline()
        with legible():
            pipeline.sync_destination()
        remembered = pipeline.state.get("sources", {}).get(each.system, {})
        refuse_a_newer_layout(remembered.get("dataset", {}))
        if str(person) == Ledger(pipeline, each).reader()[0]:
            raise YourMove(
                f"The key that reads {each.label}, is that of {person}. Load with another one's"
                " first."
            )
    return meant


def _is_known(client: Any, place: Place, person: int | str) -> bool:  # noqa: ANN401 - dlt's type depends on the destination
    for table in _tables(place, client):
        if table.person is not None:
            rows = client.execute_sql(f"SELECT 1 FROM {_whose(table)} LIMIT 1", str(person))
            if rows:
                return True
    return False


def _number(place: Place, user: str) -> int | str:
    """Return the id of a person as the tracker writes it."""
    if SYSTEMS[place.system].user_id != "bigint":
        if not user.strip():
            raise YourMove("--user is empty: people have ids here, by which dim_users knows them.")
        return user
    if not user.isdecimal() or len(user) > LONGEST:
        raise YourMove(f"--user {user!r}: people have numbers here, by which dim_users knows them.")
    return int(user)


def _tables(place: Place, client: Any) -> Iterator[Kept]:  # noqa: ANN401 - dlt's type depends on the destination
    """Yield what there is in this warehouse of tables that tell of people."""
    columns: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in client.execute_sql(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
    ):
        columns.setdefault((schema, table), set()).add(column)
    for kept in (*_raw(place), *_snapshots(place)):
        if there := columns.get((kept.schema, kept.name)):
            forgotten = [name for name in kept.forgotten if name in there]
            mentioning = [name for name in kept.mentioning if name in there]
            yield replace(kept, forgotten=forgotten, mentioning=mentioning)


def _raw(place: Place) -> Iterator[Kept]:
    """Yield the raw tables, and those beside them through which the last load went."""
    for resource in SYSTEMS[place.system].resources.values():
        for table in resource.tables:
            emptied = (*table.forgotten, "_undeclared") if table.person else ()
            kept = Kept("", table.name, table.person, emptied, table.mentioning, table.key)
            if emptied or table.mentioning:
                yield replace(kept, schema=place.dataset)
                yield replace(kept, schema=f"{place.dataset}_staging")


def _snapshots(place: Place) -> Iterator[Kept]:
    """Yield what is known of earlier days; its files say which of their columns tell of people."""
    for snapshot in declared_snapshots(place.system):
        meta: Mapping[str, list[str]] = snapshot["config"].get("meta", {})
        emptied, mentioning = meta.get("forgotten", []), meta.get("mentioning", [])
        if meta:
            yield Kept(
                SNAPSHOTS,
                snapshot["name"],
                "user_id" if emptied else None,
                emptied,
                mentioning,
                ["dbt_scd_id"],
                place.account,
            )


def declared_snapshots(system: str) -> list[dict[str, Any]]:
    """Return what the files of a tracker's snapshots say."""
    file = PROJECT / "snapshots" / system / f"_{system}__snapshots.yml"
    found: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))["snapshots"]
    return found


def _erase(client: Any, table: Kept, person: int | str) -> int:  # noqa: ANN401 - as above
    """Empty what tells who it was; return in how many rows the person was."""
    name = f"{table.schema}.{table.name}"
    of_account = "" if table.account is None else f" AND account = '{table.account}'"
    rows = 0
    if table.person is not None and table.forgotten:
        whose = _whose(table)
        rows = client.execute_sql(f"SELECT count(*) FROM {whose}", str(person))[0][0]
        emptied = ", ".join(f'"{column}" = NULL' for column in table.forgotten)
        client.execute_sql(
            f"UPDATE {whose.replace(' WHERE ', f' SET {emptied} WHERE ')}", str(person)
        )
    key = ", ".join(table.key)
    for column in table.mentioning:
        named = client.execute_sql(
            f"SELECT {key}, CAST({column} AS varchar) FROM {name}"
            f" WHERE CAST({column} AS varchar) LIKE %s{of_account}",
            f"%{person}%",
        )
        whose = " AND ".join(f"{part} = %s" for part in table.key)
        for *row, text in named or []:
            bare = unmentioned(text, [person])
            client.execute_sql(f"UPDATE {name} SET {column} = %s WHERE {whose}", bare, *row)
            rows += bare != text
    return rows


def _whose(table: Kept) -> str:
    """Return the table and the condition for the rows of a person; the id is its parameter."""
    of_account = "" if table.account is None else f" AND account = '{table.account}'"
    person = f"CAST({table.person} AS varchar) = %s{of_account}"
    return f"{table.schema}.{table.name} WHERE {person}"


def _write_anew(warehouse: Path) -> None:
    """Copy what is left into a new file, which then takes the place of the old one.

    It is opened by the name that is known, as views name it so, and lies where links lead to.
    """
    file = warehouse.resolve()
    beside = file.with_name(f".{file.name}.next")
    beside.unlink(missing_ok=True)
    quoted = str(beside).replace("'", "''")
    try:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("CHECKPOINT")
            ((this,),) = connection.execute("SELECT current_database()").fetchall()
            connection.execute(f"ATTACH '{quoted}' AS written_anew")
            connection.execute(f'COPY FROM DATABASE "{this}" TO written_anew')
            connection.execute("DETACH written_anew")
        before = file.stat()
        beside.chmod(stat.S_IMODE(before.st_mode))
        os.chown(beside, before.st_uid, before.st_gid)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
