"""What only Clockodo's settings have: a login beside the key, a language, filters."""

import json
from datetime import date
from pathlib import Path

import pytest
from dlt.common.configuration.providers import environ

from api_extract.errors import YourMove
from clockodo_source.settings import FILTERS, VENDOR_URL, Settings, resolve
from tests import test_settings
from tests.test_settings import ACCOUNT, APPLICATION, KEY, USER, configure, write

folder = test_settings.folder  # gives dlt an empty one, before each test
environment = test_settings.environment

EXPECTED = Settings(USER, KEY, APPLICATION)
HEADERS = "API_USER, API_KEY, EXTERNAL_APPLICATION: one line of ASCII, unpadded."
CLIENT = "EXTERNAL_APPLICATION must be 'Company;mail@example.com', at most 50 letters."


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
        ("AUTH", "bearer", "[sources.clockodo] Invalid enum value 'bearer': auth"),
        ("LANGUAGE", "es", "[sources.clockodo] Invalid enum value 'es': language"),
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
