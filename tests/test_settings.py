from collections.abc import Iterator
from pathlib import Path

import pytest
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs import PluggableRunContext

from api_extract.errors import YourMove
from tests.trackers import CLOCKODO, TRACKERS, Tracker

USER, KEY = "eva@quarzwerk.example", "0123456789abcdef0123456789abcdef"
APPLICATION = "Tests;tests@quarzwerk.example"
ACCOUNT = {"API_USER": USER, "API_KEY": KEY, "EXTERNAL_APPLICATION": APPLICATION}
ACCOUNTS = {"clockodo": ACCOUNT, "clockify": {"API_KEY": KEY}}
LACKING = {
    "clockodo": "sources.clockodo.api_user and sources.clockodo.api_key and"
    " sources.clockodo.external_application. Set it in .dlt/secrets.toml or as"
    " SOURCES__CLOCKODO__API_USER.",
    "clockify": "sources.clockify.api_key or sources.clockify.addon_token. Set it in"
    " .dlt/secrets.toml or as SOURCES__CLOCKIFY__API_KEY.",
}
BARE = "BASE_URL must hold no credentials, query or fragment."
HTTPS = "BASE_URL must begin with https:// (plain http only to this machine)."
FOREIGN = {
    "LANGUAGE": "de_DE:de",
    "API_KEY": "foreign",
    "API_USER": "foreign",
    "BASE_URL": "http://elsewhere.example",
    "USER": "root",
    "AUTH": "foreign",
    "FILTER": "foreign",
    "TIMEZONE": "Mars/Base",
    "TZ": "Mars/Base",
    "START_DATE": "1066-10-14",
}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Give dlt an empty folder to read its configuration from."""
    (tmp_path / ".dlt").mkdir()
    with monkeypatch.context() as here:
        here.chdir(tmp_path)
        here.delenv("DLT_PROJECT_DIR", raising=False)
        Container()[PluggableRunContext].reload_providers()
        yield tmp_path / ".dlt"
    Container()[PluggableRunContext].reload_providers()


@pytest.fixture
def environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """Configure an account: of Clockodo, or of each tracker where a test asks for `tracker`."""
    both = "tracker" in request.fixturenames
    tracker = request.getfixturevalue("tracker") if both else CLOCKODO
    configure(monkeypatch, tracker.prefix, **ACCOUNTS[tracker.name])
    return monkeypatch


def configure(
    environment: pytest.MonkeyPatch, prefix: str = CLOCKODO.prefix, **values: str
) -> None:
    for name, value in values.items():
        environment.setenv(prefix + name, value)


def expected(tracker: Tracker) -> object:
    """Return the settings of the account that is configured."""
    given = {name.lower(): value for name, value in ACCOUNTS[tracker.name].items()}
    settings: object = tracker.source.Settings(**given)
    return settings


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    Container()[PluggableRunContext].reload_providers()


def test_a_foreign_environment_changes_nothing(
    tracker: Tracker, environment: pytest.MonkeyPatch
) -> None:
    """Only names that begin with ours are read, though dlt would fall back to bare ones."""
    for prefix in ("", "SOURCES__", tracker.prefix.removeprefix("SOURCES__")):
        for name, value in FOREIGN.items():
            environment.setenv(prefix + name, value)

    assert tracker.source.resolve() == expected(tracker)


def test_a_foreign_environment_is_no_account(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bare names do not stand in for what is missing; the message says where to put it."""
    for name, value in {**FOREIGN, **ACCOUNT}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(YourMove) as caught:
        tracker.source.resolve()

    assert str(caught.value) == f"Not configured: {LACKING[tracker.name]}"


def test_another_tracker_is_no_account(tracker: Tracker, environment: pytest.MonkeyPatch) -> None:
    """What is configured for one is not sent to another."""
    assert environment
    (other,) = (each for each in TRACKERS.values() if each is not tracker)

    with pytest.raises(YourMove, match=f"^Not configured: sources.{other.name}.api_"):
        other.source.resolve()


@pytest.mark.parametrize("key", ["0123", "[1]", "{}", "1e5", "true", "2026-01-01", '"quoted"'])
def test_a_key_stays_the_text_it_is(
    key: str, tracker: Tracker, folder: Path, environment: pytest.MonkeyPatch
) -> None:
    """One that looks like a number, a date or a list is not turned into one."""
    account = dict.fromkeys(ACCOUNTS[tracker.name], key)
    configure(environment, tracker.prefix, **account)
    expected = tracker.source.Settings(**{name.lower(): key for name in account})
    assert tracker.source.resolve() == expected

    environment.delenv(f"{tracker.prefix}API_KEY")
    write(folder, secrets=f"[sources.{tracker.name}]\napi_key = '{key}'")
    assert tracker.source.resolve() == expected


def test_accounts_do_not_borrow_from_each_other(
    tracker: Tracker, environment: pytest.MonkeyPatch
) -> None:
    """A second account without a key of its own does not read with the first one's."""
    configure(environment, f"{tracker.prefix}SECOND__", API_USER="ada@quarzwerk.example")

    with pytest.raises(YourMove) as caught:
        tracker.source.resolve("second")

    assert str(caught.value).startswith(f"Not configured: sources.{tracker.name}.second.api_key ")
    assert str(caught.value).endswith(
        f" Set it in .dlt/secrets.toml or as {tracker.prefix}SECOND__API_KEY."
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("BASE_URL", "http://my.clockodo.com/api", HTTPS),
        ("BASE_URL", "http://localhost.example/api", HTTPS),
        ("BASE_URL", "my.clockodo.com/api", HTTPS),
        ("BASE_URL", "ftp://localhost/api", HTTPS),
        ("BASE_URL", "", HTTPS),
        ("BASE_URL", "https://", "BASE_URL must name a host."),
        ("BASE_URL", "https://a:geheim@b.example", BARE),
        ("BASE_URL", "https://:geheim@b.example", BARE),
        ("BASE_URL", "https://b.example?a=geheim", BARE),
        ("BASE_URL", "https://b.example#geheim", BARE),
        ("BASE_URL", "https://[::1", "[sources.{}] Invalid IPv6 URL"),
        ("HORIZON_DAYS", "-1", "HORIZON_DAYS must be 0 to 3650."),
        ("HORIZON_DAYS", "3651", "HORIZON_DAYS must be 0 to 3650."),
        ("LOOKBACK_DAYS", "-1", "LOOKBACK_DAYS must be 0 to 36500."),
        ("LOOKBACK_DAYS", "36501", "LOOKBACK_DAYS must be 0 to 36500."),
        ("LOOKBACK_DAYS", "two", "[sources.{}] Expected `int`, got `str`: lookback_days"),
        ("START_DATE", "1999-12-31", "START_DATE must be 2000-01-01 to 2037-12-31."),
        ("START_DATE", "2038-01-01", "START_DATE must be 2000-01-01 to 2037-12-31."),
        (
            "START_DATE",
            "2020-02-30",
            "[sources.{}] Invalid RFC3339 encoded date: start_date",
        ),
        (
            "TIMEZONE",
            "Mars/Base",
            "TIMEZONE 'Mars/Base' is no IANA time zone such as Europe/Berlin.",
        ),
        (
            "EXCLUDE_COLUMNS",
            "users.email",
            "sources.{}.exclude_columns: in the environment, write JSON.",
        ),
    ],
)
def test_a_bad_value_is_named_with_what_to_do(
    tracker: Tracker, name: str, value: str, message: str, environment: pytest.MonkeyPatch
) -> None:
    """It is found before the first request, and no secret is repeated."""
    configure(environment, tracker.prefix, **{name: value})

    with pytest.raises(YourMove) as caught:
        tracker.source.resolve()

    assert str(caught.value) == message.format(tracker.name)
    assert "geheim" not in str(caught.value)


def test_settings_do_not_show_their_secrets(tracker: Tracker) -> None:
    """Neither the key nor the login is in what a log or a traceback would print."""
    settings = expected(tracker)
    shown = f"{settings!r} {settings}"

    assert "base_url" in shown
    assert KEY not in shown
    assert USER not in shown
