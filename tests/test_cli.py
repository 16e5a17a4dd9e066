"""The command line as a person or a scheduler meets it: real processes, exit codes, output."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from simulator.clockodo import ClockodoApp
from simulator.faults import failing, status
from simulator.server import serve
from simulator.world import World
from tests.terminal import Terminal
from tests.trackers import APPLICATION, TRACKERS, Tracker

TIMEHOUSE = str(Path(sys.executable).parent / "timehouse")
FOREIGN = {
    "LANGUAGE": "de_DE:de",
    "API_KEY": "foreign-key",
    "API_USER": "foreign@elsewhere.example",
    "BASE_URL": "https://elsewhere.example",
    "USER": "foreign",
    "AUTH": "basic",
    "TIMEZONE": "Asia/Tokyo",
    "START_DATE": "2026-01-01",
    "SOURCES__API_KEY": "foreign-key",
    "SOURCES__BASE_URL": "https://elsewhere.example",
}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def app() -> ClockodoApp:
    return ClockodoApp(World(1, 0.1))


@pytest.fixture(scope="module")
def url(app: ClockodoApp) -> Iterator[str]:
    with serve(app) as served:
        yield served


@pytest.fixture
def timehouse(app: ClockodoApp, url: str, tmp_path: Path) -> Run:
    """Run the command in an empty folder, configured by the environment alone."""
    configured = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DLT_DATA_DIR": str(tmp_path / "dlt"),
        "SOURCES__CLOCKODO__API_USER": app.user,
        "SOURCES__CLOCKODO__API_KEY": app.key,
        "SOURCES__CLOCKODO__EXTERNAL_APPLICATION": APPLICATION,
        "SOURCES__CLOCKODO__BASE_URL": url,
        "TIMEHOUSE_AS_OF": app.world.now.isoformat(),
    }

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in {**configured, **environment}.items() if v}
        return subprocess.run(
            [TIMEHOUSE, *words],
            check=False,
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=100,
        )

    return run


def test_a_sync_tells_programs_what_it_did(timehouse: Run, tmp_path: Path) -> None:
    """One JSON object on standard output; global options stand before or after the verb."""
    first = timehouse("sync", "--json", "--no-models", "--warehouse", "w.duckdb")
    again = timehouse("--json", "--warehouse", "w.duckdb", "sync", "--no-models")

    assert first.returncode == again.returncode == 0, first.stderr + again.stderr
    told = json.loads(first.stdout)
    assert told["packages"] == 1
    assert told["tables"]["time_entries"]["inserted"] == told["tables"]["time_entries"]["read"] > 0
    assert json.loads(again.stdout)["packages"] == 0
    with duckdb.connect(str(tmp_path / "w.duckdb")) as warehouse:
        stored = warehouse.execute(
            "select exit, report from clockodo_raw.run_reports order by ended_at"
        ).fetchall()
    assert [(code, json.loads(text)) for code, text in stored] == [
        (0, told),
        (0, json.loads(again.stdout)),
    ]


def test_what_is_typed_goes_before_the_environment(timehouse: Run, tmp_path: Path) -> None:
    """Also where it stands before the verb."""
    elsewhere = {"TIMEHOUSE_WAREHOUSE": str(tmp_path / "no" / "folder.duckdb")}

    ended = timehouse("--warehouse", "typed.duckdb", "status", **elsewhere)

    assert ended.returncode == 2
    assert ended.stderr == (
        "There is no warehouse typed.duckdb. Run `timehouse sync clockodo` first.\n"
    )


def test_the_interval_of_a_scheduler_is_what_is_read(tracker: Tracker, terminal: Terminal) -> None:
    """In its zone, half days as whole ones; what is typed goes before it, an empty one is none."""
    sync = ("sync", tracker.name, "--no-models", "--json", "--resources", tracker.entries)

    def read(*words: str, start: str = "", end: str = "", zone: str = "") -> int:
        interval = {"START": start, "END": end, "TIMEZONE": zone}
        given = {f"DLT_INTERVAL_{name}": value or None for name, value in interval.items()}
        name = f"{len(list(terminal.folder.glob('*.duckdb')))}.duckdb"
        said = terminal(*sync, "--warehouse", name, *words, **given)
        assert said.exit == 0, said.printed
        printed = said.printed[said.printed.index("{") : said.printed.rindex("}") + 1]
        found: int = json.loads(printed)["tables"][tracker.table]["read"]
        return found

    october = read("--since", "2026-10-20", "--until", "2026-11-01")
    all_of_it = read()
    assert 0 < october < all_of_it
    given = {"start": "2026-10-20T06:30:00Z", "end": "2026-10-31T18:00:00Z"}
    assert read(**given) == october
    in_zone = {"start": "2026-10-19T22:00:00Z", "end": "2026-10-31T23:00:00Z"}
    assert read(**in_zone, zone="Europe/Berlin") == october
    assert read("--since", "2026-10-20", "--until", "2026-11-01", start="x", end="y") == october
    assert read(start=given["start"], end=given["start"]) == all_of_it
    assert read(start=given["start"]) == all_of_it


@pytest.mark.parametrize(
    ("start", "end", "zone"),
    [
        ("soon", "2026-11-01", "UTC"),
        ("2026-10-01", "2026-11-01", "Europe/Nowhere"),
        ("1971-01-01", "2026-11-01", "UTC"),
        ("2026-11-02", "2026-11-01", "UTC"),
    ],
)
def test_an_interval_that_is_none_is_told(
    terminal: Terminal, start: str, end: str, zone: str
) -> None:
    """Before anything is asked."""
    said = terminal(
        "sync", DLT_INTERVAL_START=start, DLT_INTERVAL_END=end, DLT_INTERVAL_TIMEZONE=zone
    )

    assert (said.exit, said.requests) == (2, 0)
    assert "DLT_INTERVAL" in said.line or "is not within" in said.line


def test_a_zone_that_is_none_is_told(timehouse: Run) -> None:
    """By each verb: dlt cannot be imported with it."""
    ended = timehouse("status", DLT_INTERVAL_TIMEZONE="Nowhere/X")

    assert ended.returncode == 2
    assert "Error: DLT_INTERVAL_TIMEZONE is no time zone such as Europe/Berlin." in ended.stderr


def test_a_foreign_environment_changes_nothing(timehouse: Run, app: ClockodoApp) -> None:
    """Ordinary variables of other programs, and dlt's fallbacks to bare names, are not taken."""
    words = ("sync", "--json", "--no-models", "--resources", "entries")
    told = json.loads(timehouse(*words, **FOREIGN).stdout)
    plain = json.loads(timehouse(*words).stdout)

    assert told["owner"] == app.me
    assert told["timezone"] == plain["timezone"] == "Europe/Berlin"
    assert plain["packages"] == 0, "what was read in the foreign environment was something else"


def test_check_tells_what_would_be_loaded_and_loads_nothing(
    tracker: Tracker, terminal: Terminal
) -> None:
    """Who asks, with which rights, and what each resource answers; no file is made."""
    nowhere = ("--warehouse", "none.duckdb")
    said = terminal("check", tracker.name, "--json", *nowhere)

    told = json.loads(said.printed)
    assert (said.exit, told["role"], told["lacking"]) == (0, "owner", [])
    assert [r["resource"] for r in told["resources"]] == [r.name for r in tracker.resources]
    assert {r["answer"] for r in told["resources"]} == {"ok"}
    said = terminal("status", tracker.name, *nowhere)
    first = f"There is no warehouse none.duckdb. Run `timehouse sync {tracker.name}` first."
    assert (said.exit, said.line) == (2, first)


def test_a_part_can_be_loaded_by_the_names_of_its_tables(
    tracker: Tracker, terminal: Terminal
) -> None:
    """With what comes along; the models wait for the rest. Status counts what is there."""
    names = {"clockodo": "user_report_days,teams", "clockify": "tasks,time_entry_tags"}
    partly = ("--warehouse", "partly.duckdb")

    said = terminal("sync", tracker.name, "--resources", names[tracker.name], *partly)

    assert (said.exit, "not all are loaded yet" in said.printed) == (0, True)
    told = json.loads(terminal("status", tracker.name, "--json", *partly).printed)
    wanted = set(names[tracker.name].split(","))
    resources = [r for r in tracker.resources if wanted & {t.name for t in r.tables}]
    assert set(told["rows"]) == {t.name for r in resources for t in r.tables} | (
        {"entry_changes"} if tracker.entries in {r.name for r in resources} else set()
    )
    assert min(told["rows"][name] for name in wanted) > 0


def test_status_tells_where_things_stand(tracker: Tracker, terminal: Terminal) -> None:
    """Freshness is an exit code for a monitor; another tracker's is not taken for this one's."""
    assert terminal("status", tracker.name, "--max-age", "26h").exit == 0
    late = ("--max-age", "26h", "--as-of", "2026-12-24T00:00:00Z")
    later = terminal("status", tracker.name, "--json", *late)
    assert (later.exit, json.loads(later.printed)["stale"]) == (5, True)

    (other,) = (each for each in TRACKERS if each != tracker.name)
    said = terminal("status", other)
    never = f"No run of {other}, account main, has ended in warehouse.duckdb."
    assert (said.exit, said.line) == (2, f"{never} Run `timehouse sync {other}`.")


def test_a_log_tells_when_each_run_was_and_where_its_rows_are(terminal: Terminal) -> None:
    """First and last on standard output; where a run fails, the first is there."""
    said = terminal("sync", "--no-models", "--resources", "users")
    first = f"clockodo, account main, as of {terminal.account.world.now:%Y-%m-%d %H:%M} UTC\n"
    assert said.printed.startswith(first)
    assert "All of it is in warehouse.duckdb. Next: `timehouse status --warehouse" in said.printed

    said = terminal("sync", SOURCES__CLOCKODO__API_KEY="0" * 32)
    assert said.printed.startswith(first)


def test_an_error_is_told_to_programs_as_well(terminal: Terminal) -> None:
    """One JSON object, as with all accounts; what is typed wrong included."""
    for words in (("status", "--warehouse", "none.duckdb"), ("sync", "--account", "Größe")):
        said = terminal(*words, "--json")
        printed = said.printed[: said.printed.rindex("}") + 1]
        told = json.loads(printed)
        assert (said.exit, told["exit"], told["failure"]) == (2, 2, said.line)


def test_a_server_that_is_down_is_their_move(timehouse: Run, app: ClockodoApp) -> None:
    """Exit code 3 after the retries, and 4 where the answer is another than documented."""
    far = status(503, retry_after=3_600)
    with serve(failing(app, *[far] * 5, path="/v3/users")) as broken:
        ended = timehouse("sync", SOURCES__CLOCKODO__BASE_URL=broken)
    assert ended.returncode == 3
    assert "GET /v3/users: 503" in ended.stderr

    with serve(failing(app, status(422), path="/v3/users")) as odd:
        ended = timehouse("sync", SOURCES__CLOCKODO__BASE_URL=odd)
    assert ended.returncode == 4
