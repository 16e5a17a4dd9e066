"""What broke under a run, or stands in its way: it recovers, or says whose move it is."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import duckdb
import pytest
from dlt.common.pipeline import TPipelineState
from dlt.common.versioned_state import compress_state, decompress_state
from dlt.pipeline.state_sync import generate_pipeline_state_version_hash
from filelock import FileLock

from pipelines.exits import FOREIGN, FULL, NEWER, Exit
from tests.conftest import Account
from tests.crash import dying
from tests.terminal import Said, Terminal
from tests.trackers import CLOCKIFY, CLOCKODO, Tracker
from tests.truth import differences

DAMAGED = (
    "What Timehouse remembers in this warehouse is damaged (_dlt_pipeline_state or _dlt_version)."
    " Restore a copy of the warehouse, or use another one."
)
HELD = "Another run holds the warehouse. Try again when it has finished."
PEOPLE = ("--no-models", "--resources", "users")
OPENING = (
    "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _garbage(file: Path) -> None:
    file.write_bytes(b"\x80garbage")


def _half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    ("tracker", "name", "damage"),
    [
        (CLOCKODO, "state.json", _empty),
        (CLOCKODO, "state.json", _half),
        (CLOCKODO, "schemas/clockodo.schema.json", _garbage),
        (CLOCKODO, "load/.version", _garbage),
        (CLOCKIFY, "state.json", _half),
        (CLOCKIFY, "schemas/clockify.schema.json", _garbage),
    ],
)
@pytest.mark.usefixtures("tracker")
def test_a_working_folder_that_was_damaged_is_begun_anew(
    terminal: Terminal, name: str, damage: Callable[[Path], None]
) -> None:
    """What matters is in the warehouse; what is read is loaded again, as nobody knows better."""
    damage(terminal.work / name)

    assert _packages(terminal) == 1


def test_status_tells_what_a_damaged_working_folder_was_about(terminal: Terminal) -> None:
    """And leaves it to the next sync to read all again."""
    _garbage(terminal.work / "state.json")

    assert terminal("status").exit == Exit.DONE
    assert [_packages(terminal), _packages(terminal)] == [1, 0]


def _people(terminal: Terminal) -> Said:
    return terminal("sync", terminal.account.tracker.name, *PEOPLE)


def _packages(terminal: Terminal) -> int:
    with duckdb.connect(str(terminal.account.place.warehouse)) as warehouse:
        counting = f"select count(*) from {terminal.account.tracker.raw}._dlt_loads"
        before = warehouse.execute(counting).fetchall()[0][0]
    assert _people(terminal).exit == Exit.DONE
    _, after = terminal.account.query(counting)
    return int(after[0][0] - before)


@pytest.mark.long
def test_a_pending_load_in_a_damaged_folder_is_read_again(terminal: Terminal) -> None:
    """Though it was loaded in part, and the tracker says again what it said before."""
    account, world = terminal.account, terminal.account.world
    number = world.insert_entry(time_since=world.now - timedelta(days=4))
    assert dying("loaded", lambda: account.sync("entries")) == 9 << 8
    with duckdb.connect(str(account.place.warehouse)) as warehouse:  # as if it had come less far
        loads = "clockodo_raw._dlt_loads"
        warehouse.execute(f"delete from {loads} where load_id = (select max(load_id) from {loads})")
    assert _texts(account, number) == [None]
    world.delete_entry(number)
    for file in terminal.work.rglob("*.json"):
        _half(file)

    account.sync("entries")

    assert _texts(account, number) == []


def _texts(account: Account, number: int) -> list[str | None]:
    _, held = account.query(f"select text from clockodo_raw.time_entries where id = {number}")
    return [row[0] for row in held]


@contextmanager
def _state(account: Account) -> Iterator[TPipelineState]:
    """Change what is remembered in the warehouse, and lose the working folder."""
    shutil.rmtree(account.place.folder)
    with duckdb.connect(str(account.place.warehouse)) as warehouse:
        table = f"{account.tracker.raw}._dlt_pipeline_state"
        found = warehouse.execute(f"select state from {table}").fetchall()
        state = cast("TPipelineState", decompress_state(found[0][0]))
        yield state
        state["_version_hash"] = generate_pipeline_state_version_hash(state)
        _forge(warehouse, table, "state", compress_state(state))


def _forge(warehouse: duckdb.DuckDBPyConnection, table: str, column: str, value: str) -> None:
    warehouse.execute(f"update {table} set {column} = ?", [value])


@pytest.mark.parametrize(
    ("verb", "table", "column", "value"),
    [
        ("sync", "_dlt_pipeline_state", "state", "garbage"),
        ("sync", "_dlt_pipeline_state", "state", ""),
        ("sync", "_dlt_pipeline_state", "state", "{}"),
        ("sync", "_dlt_version", "schema", "garbage"),
        ("status", "_dlt_pipeline_state", "state", "garbage"),
    ],
)
def test_a_damaged_memory_in_the_warehouse_is_told(
    terminal: Terminal, verb: str, table: str, column: str, value: str
) -> None:
    """Nothing is guessed: what was loaded cannot be told from what was not."""
    shutil.rmtree(terminal.account.place.folder)
    with duckdb.connect(str(terminal.account.place.warehouse)) as warehouse:
        _forge(warehouse, f"clockodo_raw.{table}", column, value)

    said = terminal(verb)

    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, DAMAGED, 0)


def test_a_warehouse_of_a_newer_timehouse_is_refused(tracker: Tracker, terminal: Terminal) -> None:
    """Whether it is laid out otherwise, or a newer dlt remembers something there."""
    with _state(terminal.account) as state:
        state["sources"][tracker.name]["dataset"]["layout"] = 2
    books = f"select count(*) from {tracker.raw}.run_reports"
    before = terminal.account.query(books)
    for words in (
        ("sync", tracker.name),
        ("reconcile", tracker.name),
        ("models",),
        ("publish", "bi"),
    ):
        said = terminal(*words)
        assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, NEWER, 0), words
    assert terminal.account.query(books) == before, "its books are not ours to write"
    assert not (terminal.folder / "bi").exists()

    with _state(terminal.account) as state:
        state["_state_engine_version"] = 99
    said = _people(terminal)
    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, NEWER, 0)


def test_a_schema_of_a_newer_dlt_is_refused(terminal: Terminal) -> None:
    """It is asked for when the working folder was lost."""
    account = terminal.account
    shutil.rmtree(account.place.folder)
    with duckdb.connect(str(account.place.warehouse)) as warehouse:
        (schema,) = warehouse.execute("select schema from clockodo_raw._dlt_version").fetchall()
        newer = json.dumps(json.loads(schema[0]) | {"engine_version": 99})
        _forge(warehouse, "clockodo_raw._dlt_version", "schema", newer)

    said = _people(terminal)

    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, NEWER, 0)


def test_a_warehouse_that_does_not_say_its_layout_has_the_first(terminal: Terminal) -> None:
    """It goes on as before: nothing is loaded for it."""
    with _state(terminal.account) as state:
        del state["sources"]["clockodo"]["dataset"]["layout"]

    assert _packages(terminal) == 0


def test_a_second_run_leaves_at_once(terminal: Terminal) -> None:
    """Exit code 6, without a request."""
    with FileLock(terminal.account.place.folder / "lock"):
        said = terminal("sync")

    assert (said.exit, said.line, said.requests) == (Exit.BUSY, HELD, 0)


@contextmanager
def _opened_elsewhere(warehouse: Path) -> Iterator[None]:
    """Let another process hold the file as a BI tool does."""
    words = [sys.executable, "-c", OPENING, str(warehouse)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tool:
        assert tool.stdout is not None
        assert tool.stdout.readline() == b"open\n"
        yield
        tool.communicate(b"\n")


def test_a_warehouse_that_another_program_has_open_is_left_alone(terminal: Terminal) -> None:
    """Exit code 6, without a request if it is known before."""
    with _opened_elsewhere(terminal.account.place.warehouse):
        said = terminal("sync")

    assert (said.exit, said.line, said.requests) == (Exit.BUSY, FOREIGN, 0)


def test_a_warehouse_that_is_opened_meanwhile_is_loaded_by_the_next_run(
    terminal: Terminal,
) -> None:
    """What was read is kept until the other program has closed it."""
    account = terminal.account
    entry = next(e for e in account.world.entries if e.type == 1)
    account.world.edit_entry(entry.id, text="edited")
    tool = _opened_elsewhere(account.place.warehouse)
    with account.meeting(tool.__enter__, path="/v4/rates"):
        said = terminal("sync", SOURCES__CLOCKODO__BASE_URL=account.settings.base_url)
    tool.__exit__(None, None, None)
    assert (said.exit, said.line) == (Exit.BUSY, FOREIGN)

    assert account.sync("company").finished_pending

    assert _texts(account, entry.id) == ["edited"]


def test_a_full_disk_loses_nothing(terminal: Terminal) -> None:
    """Wherever it is met: where the warehouse is made, in dlt's files, in DuckDB's."""
    account = terminal.account
    shutil.rmtree(account.place.folder)
    account.place.warehouse.unlink()

    for room in (1_000, 20_000, 300_000):
        assert _confined(room, terminal) == (Exit.YOUR_MOVE, FULL)

    account.sync()
    assert differences(account) == []


def _confined(room: int, terminal: Terminal) -> tuple[int, str]:
    """Sync in a process that can write no longer file, which fails as it does on a full disk."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            sys.dont_write_bytecode = True  # Python would leave halves of it to others
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            said = terminal("sync", "--no-models", LOAD__RAISE_ON_MAX_RETRIES="1")
            os.write(theirs, json.dumps([said.exit, said.line]).encode())
        finally:
            os._exit(0)  # never back into the test
    os.waitpid(child, 0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        code, line = json.load(pipe)
    return code, line
