"""Bad settings and options: exit code 2, and one whole message that says what to change."""

import pytest

from pipelines.exits import Exit
from simulator.clockify_ids import hex_id
from tests.held import held
from tests.terminal import SECRET, Terminal
from tests.trackers import Tracker

HERE = hex_id("workspaces", 1)
HTTPS = "BASE_URL must begin with https:// (plain http only to this machine)."
UNSENDABLE = "cannot be sent (InvalidURL). Check BASE_URL, proxies and credentials."
REFUSED = (
    "--destination filesystem: it cannot delete and insert in one transaction, so deleted entries"
    " would stay. Use duckdb, postgres or another with dlt's delete-insert merge; Parquet comes"
    " from a published copy."
)
NO_KEY = (
    "Not configured: sources.clockodo.api_key. Set it in .dlt/secrets.toml or as"
    " SOURCES__CLOCKODO__API_KEY."
)
FILE_NAME = (
    "--warehouse: DuckDB would take {} for the file, not for the schema. Call the file otherwise."
)
OTHER_ZONE = (
    "This dataset was filled with timezone Europe/Berlin, now it is Asia/Tokyo. Run `timehouse"
    " sync {} --full`, without --resources, --since and --until, to read everything again that way."
)
OTHER_FILTER = (
    "This dataset was filled with the filter none, now it is {}: entries outside of it would be"
    " deleted. Use another warehouse or another --account for another filter."
)
NO_LABEL = (
    "--account {!r}: a label is up to 31 lower-case letters and digits, with single _ between them."
)
FILTERS = {
    "clockodo": ("FILTER", '{"customers_id": 7}', {"customers_id": "7"}),
    "clockify": ("WORKSPACES", f'["{HERE}"]', {"workspaces": HERE}),
}
REFUSALS = {
    "clockodo": "Authentication failed. Check the login e-mail and the API key.",
    "clockify": "Api key does not exist. Check the key or token, and that it is of this region.",
}
RANGE = "is not within 2000-01-01 to 2037-12-31."
POSTGRES = "DESTINATION__POSTGRES__CREDENTIALS"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("API_KEY", None, NO_KEY),
        ("API_KEY", "", "API_USER and API_KEY must not be empty."),
        (
            "EXTERNAL_APPLICATION",
            "x" * 51,
            "EXTERNAL_APPLICATION must be 'Company;mail@example.com', at most 50 letters.",
        ),
        ("BASE_URL", "my.clockodo.com/api", HTTPS),
        ("BASE_URL", "http://elsewhere.example/api", HTTPS),
        ("BASE_URL", "https:///api", "BASE_URL must name a host."),
        (
            "BASE_URL",
            f"https://eva:{SECRET}@elsewhere.example/api",
            "BASE_URL must hold no credentials, query or fragment.",
        ),
    ],
)
def test_a_bad_setting_is_told_before_the_first_request(
    terminal: Terminal, name: str, value: str | None, message: str
) -> None:
    """Exit code 2, and one line that says what to change."""
    said = terminal("sync", **{f"SOURCES__CLOCKODO__{name}": value})

    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, message, 0)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("BASE_URL", "http://127.0.0.1:eighty/api/v1", f"GET {{0.identity_path}}: {UNSENDABLE}"),
        ("BASE_URL", "http://127.0.0.1:99999/api/v1", f"GET {{0.identity_path}}: {UNSENDABLE}"),
        ("EXCLUDE_COLUMNS", '["users.colour"]', "users has no column colour."),
        (
            "HASH_COLUMNS",
            '["colours.name"]',
            "No such column: colours.name. Write columns as table.column.",
        ),
        ("HASH_COLUMNS", '["users"]', "No such column: users. Write columns as table.column."),
    ],
)
def test_what_cannot_be_asked_for_is_told_before_the_first_request(
    tracker: Tracker, terminal: Terminal, name: str, value: str, message: str
) -> None:
    """Of each tracker: exit code 2, and one line that says what to change."""
    said = terminal("sync", tracker.name, **{tracker.prefix + name: value})

    expected = message.format(tracker)
    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, expected, 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "--since 2026-02-02 --until 2026-02-01",
            "Error: --since 2026-02-02 is not before --until 2026-02-01.",
        ),
        (
            "--since 2026-02-01 --until 2026-02-01",
            "Error: --since 2026-02-01 is not before --until 2026-02-01.",
        ),
        (
            "--since 1.2.2026",
            "Error: Invalid value for '--since': '1.2.2026' is no date such as 2026-03-01.",
        ),
        ("--since 1999-12-31", f"Error: Invalid value for '--since': 1999-12-31 {RANGE}"),
        ("--until 2038-01-01", f"Error: Invalid value for '--until': 2038-01-01 {RANGE}"),
        (
            "--lookback 36501",
            "Error: Invalid value for '--lookback': 36501 is not in the range 0<=x<=36500.",
        ),
        (
            "--as-of 0001-01-01T00:00:00+01:00",
            f"Error: Invalid value for '--as-of': 0001-01-01 {RANGE}",
        ),
        (
            "--as-of 2026-02-01",
            "Error: Invalid value for '--as-of': '2026-02-01' has no zone. Append Z for UTC.",
        ),
        ("--destination filesystem", REFUSED),
        ("--destination nonsense", "--destination nonsense: dlt knows no such."),
        (
            "--destination postgres",
            "The destination is not configured: credentials missing.",
        ),
        *((f"--account {label}", NO_LABEL.format(label)) for label in ("Größe", "b_", "a__b")),
        ("--warehouse no/folder/w.duckdb", "--warehouse: there is no folder no/folder."),
    ],
)
def test_a_bad_option_is_told_before_the_first_request(
    terminal: Terminal, words: str, message: str
) -> None:
    """Exit code 2, and one line that says what to change."""
    said = terminal("sync", *words.split())

    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, message, 0)


def test_what_a_tracker_does_not_have_is_told_before_the_first_request(
    tracker: Tracker, terminal: Terminal
) -> None:
    """A resource by another name than its own or that of its tables; a file named like a schema."""
    known = {*(r.name for r in tracker.resources), *tracker.tables}
    for words, message in (
        ("--resources users,typos", f"Unknown resource: typos. Known: {', '.join(sorted(known))}."),
        (f"--warehouse {tracker.raw}.duckdb", FILE_NAME.format(tracker.raw)),
    ):
        said = terminal("sync", tracker.name, *words.split())
        assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, message, 0)


@pytest.mark.parametrize("given", ["soon", "²h"])
def test_a_bad_age_is_told(terminal: Terminal, given: str) -> None:
    """Digits are those of ASCII."""
    said = terminal("status", "--max-age", given)

    message = f"Error: Invalid value for '--max-age': {given!r} is no age such as 26h, 90m or 2d."
    assert (said.exit, said.line) == (Exit.YOUR_MOVE, message)


@pytest.mark.parametrize(
    ("credentials", "message"),
    [
        (SECRET, "The destination is not configured: its credentials cannot be read."),
        (
            f"postgresql://eva:{SECRET}@127.0.0.1:eighty/db",
            "The destination is not configured: its credentials cannot be read.",
        ),
        (
            f"postgresql://eva:{SECRET}@127.0.0.1:1/db",
            "The warehouse cannot be opened. Check that its server runs, and the credentials.",
        ),
    ],
)
def test_a_postgres_that_cannot_be_reached_is_told(
    terminal: Terminal, credentials: str, message: str
) -> None:
    """Without a word of the credentials, which drivers like to quote."""
    said = terminal("--destination", "postgres", "sync", **{POSTGRES: credentials})

    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, message, 0)


def test_the_examples_own_key_is_told_before_the_first_request(
    tracker: Tracker, terminal: Terminal
) -> None:
    """Who has copied the example has not filled it in yet."""
    said = terminal("check", tracker.name, **{f"{tracker.prefix}API_KEY": "your key"})

    name = f"sources.{tracker.name}.api_key"
    expected = f"{name} is that of the example. Fill in your own."
    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, expected, 0)


@pytest.mark.parametrize("verb", ["sync", "check"])
def test_a_wrong_key_costs_one_request(tracker: Tracker, terminal: Terminal, verb: str) -> None:
    """It will not become right by trying again, and a vendor may lock who tries too often."""
    said = terminal(verb, tracker.name, **{f"{tracker.prefix}API_KEY": SECRET})

    message = f"GET {tracker.identity_path}: 401, {REFUSALS[tracker.name]}"
    assert (said.exit, said.line, said.requests) == (Exit.YOUR_MOVE, message, 1)


def test_another_reading_of_a_dataset_is_refused(tracker: Tracker, terminal: Terminal) -> None:
    """In another zone, or of another part: the rows stay as they are."""
    before = held(terminal.account)
    name, value, told = FILTERS[tracker.name]
    for setting, text, message in (
        ("TIMEZONE", "Asia/Tokyo", OTHER_ZONE.format(tracker.name)),
        (name, value, OTHER_FILTER.format(told)),
    ):
        said = terminal("sync", tracker.name, **{tracker.prefix + setting: text})
        assert (said.exit, said.line) == (Exit.YOUR_MOVE, message)
        assert held(terminal.account) == before
