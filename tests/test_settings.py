import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from dlt.common.configuration.container import Container
from dlt.common.configuration.providers import environ
from dlt.common.configuration.specs import PluggableRunContext

from api_extract.errors import YourMove
from clockodo_source.settings import FILTERS, VENDOR_URL, Settings, resolve

USER, KEY = "eva@quarzwerk.example", "0123456789abcdef0123456789abcdef"
APPLICATION = "Tests;tests@quarzwerk.example"
ACCOUNT = {"API_USER": USER, "API_KEY": KEY, "EXTERNAL_APPLICATION": APPLICATION}
EXPECTED = Settings(USER, KEY, APPLICATION)
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
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Configure an account."""
    configure(monkeypatch, **ACCOUNT)
    return monkeypatch


def configure(environment: pytest.MonkeyPatch, label: str = "", **values: str) -> None:
    for name, value in values.items():
        environment.setenv(f"SOURCES__CLOCKODO__{label}{name}", value)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    Container()[PluggableRunContext].reload_providers()


def test_a_foreign_environment_changes_nothing(environment: pytest.MonkeyPatch) -> None:
    """Only names that begin with ours are read, though dlt would fall back to bare ones."""
    for prefix in ("", "SOURCES__", "CLOCKODO__"):
        for name, value in FOREIGN.items():
            environment.setenv(prefix + name, value)

    assert resolve() == EXPECTED


def test_a_foreign_environment_is_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bare names do not stand in for what is missing; the message says where to put it."""
    for name, value in {**FOREIGN, **ACCOUNT}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(YourMove) as caught:
        resolve()

    assert str(caught.value) == (
        "Not configured: sources.clockodo.api_user and sources.clockodo.api_key and"
        " sources.clockodo.external_application. Set it in .dlt/secrets.toml or as"
        " SOURCES__CLOCKODO__API_USER."
    )


def test_what_is_not_configured_has_its_default(environment: pytest.MonkeyPatch) -> None:
    """The vendor's address, English, everything since 2005, and the account's own time zone."""
    assert environment
    settings = resolve()

    assert (settings.base_url, settings.auth, settings.language) == (VENDOR_URL, "headers", "en")
    assert (settings.start_date, settings.timezone) == (date(2005, 1, 1), None)
    assert (settings.horizon_days, settings.lookback_days) == (400, 62)


def test_every_value_can_come_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    """Lists and filters are written as JSON there."""
    configure(
        environment,
        LANGUAGE="fr",
        AUTH="basic",
        BASE_URL="http://localhost:1/api",
        START_DATE="2020-02-29",
        HORIZON_DAYS="0",
        LOOKBACK_DAYS="7",
        TIMEZONE="Europe/Berlin",
        EXCLUDE_COLUMNS='["users.email"]',
        HASH_COLUMNS='["users.name"]',
        FILTER='{"users_id": 5}',
        HARD_BUDGET_REVENUE="true",
    )

    assert resolve() == Settings(
        USER,
        KEY,
        APPLICATION,
        base_url="http://localhost:1/api",
        auth="basic",
        language="fr",
        start_date=date(2020, 2, 29),
        horizon_days=0,
        lookback_days=7,
        timezone="Europe/Berlin",
        exclude_columns=("users.email",),
        hash_columns=("users.name",),
        hard_budget_revenue=True,
        filter={"users_id": 5},
    )


def test_every_value_can_come_from_the_files(folder: Path) -> None:
    """Those of one account under its label; what is given by hand goes before all."""
    write(
        folder,
        secrets="""
            [sources.clockodo]
            api_user = "eva@quarzwerk.example"
            api_key = "0123456789abcdef0123456789abcdef"
            external_application = "Tests;tests@quarzwerk.example"
            [sources.clockodo.second]
            api_user = "ada@quarzwerk.example"
            api_key = "007"
            external_application = "Second;tests@quarzwerk.example"
        """,
        config="""
            language = "fr"
            [sources.clockodo]
            language = "de"
            start_date = 2020-02-29
            lookback_days = 7
            exclude_columns = ["users.email"]
            filter = {users_id = 5}
        """,
    )

    assert resolve(lookback_days=3) == Settings(
        USER,
        KEY,
        APPLICATION,
        language="de",
        start_date=date(2020, 2, 29),
        lookback_days=3,
        exclude_columns=("users.email",),
        filter={"users_id": 5},
    )
    assert resolve("second") == Settings(
        "ada@quarzwerk.example", "007", "Second;tests@quarzwerk.example"
    )


@pytest.mark.parametrize("key", ["0123", "[1]", "{}", "1e5", "true", "2026-01-01", '"quoted"'])
def test_a_key_stays_the_text_it_is(
    key: str, folder: Path, environment: pytest.MonkeyPatch
) -> None:
    """One that looks like a number, a date or a list is not turned into one."""
    configure(environment, API_KEY=key, API_USER=key)
    assert (resolve().api_key, resolve().api_user) == (key, key)

    environment.delenv("SOURCES__CLOCKODO__API_KEY")
    write(folder, secrets=f"[sources.clockodo]\napi_key = '{key}'")
    assert resolve().api_key == key


@pytest.mark.parametrize("name", ACCOUNT)
def test_one_newline_at_the_end_is_no_part_of_a_secret(
    name: str, folder: Path, environment: pytest.MonkeyPatch
) -> None:
    """It is what `echo` leaves in the environment, in a file, and in a container's secret."""
    padded = f"{ACCOUNT[name]}\n"
    configure(environment, **{name: padded})
    assert resolve() == EXPECTED

    environment.delenv(f"SOURCES__CLOCKODO__{name}")
    write(folder, secrets=f"[sources.clockodo]\n{name.lower()} = {json.dumps(padded)}")
    assert resolve() == EXPECTED

    write(folder, secrets="")
    environment.setattr(environ, "SECRET_STORAGE_PATH", f"{folder}/%s")
    (folder / f"sources--clockodo--{name.lower().replace('_', '-')}").write_text(padded)
    assert resolve() == EXPECTED


def test_accounts_do_not_borrow_from_each_other(environment: pytest.MonkeyPatch) -> None:
    """A second account without a key of its own does not read with the first one's."""
    configure(environment, "SECOND__", API_USER="ada@quarzwerk.example")

    with pytest.raises(YourMove) as caught:
        resolve("second")

    assert str(caught.value) == (
        "Not configured: sources.clockodo.second.api_key and"
        " sources.clockodo.second.external_application. Set it in .dlt/secrets.toml or as"
        " SOURCES__CLOCKODO__SECOND__API_KEY."
    )


BARE = "BASE_URL must hold no credentials, query or fragment."
HTTPS = "BASE_URL must begin with https:// (plain http only to this machine)."
HEADERS = "API_USER, API_KEY, EXTERNAL_APPLICATION: one line of ASCII, unpadded."
CLIENT = "EXTERNAL_APPLICATION must be 'Company;mail@example.com', at most 50 letters."


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("API_KEY", "", "API_USER and API_KEY must not be empty."),
        ("API_USER", "", "API_USER and API_KEY must not be empty."),
        ("API_KEY", "gehéim", HEADERS),
        ("API_KEY", "geheim\n\n", HEADERS),
        ("API_KEY", "geheim\r\n", HEADERS),
        ("API_KEY", "\ngeheim", HEADERS),
        ("API_KEY", "geh\reim", HEADERS),
        ("API_KEY", " geheim", HEADERS),
        ("API_USER", "geheim \n", HEADERS),
        ("EXTERNAL_APPLICATION", "Müller;a@b.example", HEADERS),
        ("EXTERNAL_APPLICATION", "Tests;a@b.example\n ", HEADERS),
        ("EXTERNAL_APPLICATION", "", CLIENT),
        ("EXTERNAL_APPLICATION", "x" * 51, CLIENT),
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
        ("BASE_URL", "https://[::1", "[sources.clockodo] Invalid IPv6 URL"),
        ("AUTH", "bearer", "[sources.clockodo] Invalid enum value 'bearer': auth"),
        ("LANGUAGE", "es", "[sources.clockodo] Invalid enum value 'es': language"),
        ("HORIZON_DAYS", "-1", "HORIZON_DAYS must be 0 to 3650."),
        ("HORIZON_DAYS", "3651", "HORIZON_DAYS must be 0 to 3650."),
        ("LOOKBACK_DAYS", "-1", "LOOKBACK_DAYS must be 0 to 36500."),
        ("LOOKBACK_DAYS", "36501", "LOOKBACK_DAYS must be 0 to 36500."),
        ("LOOKBACK_DAYS", "two", "[sources.clockodo] Expected `int`, got `str`: lookback_days"),
        ("START_DATE", "1999-12-31", "START_DATE must be 2000-01-01 to 2037-12-31."),
        ("START_DATE", "2038-01-01", "START_DATE must be 2000-01-01 to 2037-12-31."),
        (
            "START_DATE",
            "2020-02-30",
            "[sources.clockodo] Invalid RFC3339 encoded date: start_date",
        ),
        (
            "TIMEZONE",
            "Mars/Base",
            "TIMEZONE 'Mars/Base' is no IANA time zone such as Europe/Berlin.",
        ),
        (
            "EXCLUDE_COLUMNS",
            "users.email",
            "sources.clockodo.exclude_columns: in the environment, write JSON.",
        ),
        ("FILTER", "users_id=5", "sources.clockodo.filter: in the environment, write JSON."),
        ("FILTER", '{"colour": 5}', f"FILTER knows {', '.join(FILTERS)}."),
    ],
)
def test_a_bad_value_is_named_with_what_to_do(
    name: str, value: str, message: str, environment: pytest.MonkeyPatch
) -> None:
    """It is found before the first request, and no secret is repeated."""
    configure(environment, **{name: value})

    with pytest.raises(YourMove) as caught:
        resolve()

    assert str(caught.value) == message
    assert "geheim" not in str(caught.value)


def test_settings_do_not_show_their_secrets() -> None:
    """Neither the key nor the login is in what a log or a traceback would print."""
    shown = f"{EXPECTED!r} {EXPECTED}"

    assert "base_url" in shown
    assert KEY not in shown
    assert USER not in shown
