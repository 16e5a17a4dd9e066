"""What only Clockify's settings have: two kinds of secret, a second address, workspaces."""

import json
from datetime import date
from pathlib import Path

import pytest

from api_extract.errors import YourMove
from clockify_source.settings import CREDENTIALS, VENDOR_REPORTS_URL, Settings, resolve
from tests import test_settings

folder = test_settings.folder  # gives dlt an empty one, before each test

SECRET = "aW52ZW50ZWQgZm9yIHRlc3Rz"
IDS = ("64a687e29ae1f428e7ebe303", "64a687e29ae1f428e7ebe304")
ALONE = "API_KEY or ADDON_TOKEN must be given, exactly one of them."
WORKSPACES = "WORKSPACES must be ids of letters and digits, each once."
UNKNOWN = "REPORTS_URL must be given, as this BASE_URL does not tell it."


def configure(environment: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        environment.setenv(f"SOURCES__CLOCKIFY__{name}", value)


@pytest.mark.parametrize(
    ("base_url", "reports"),
    [
        ("https://api.clockify.me/api/v1", VENDOR_REPORTS_URL),
        ("https://api.clockify.me/api/v1/", VENDOR_REPORTS_URL),
        ("https://API.clockify.me/api/v1", VENDOR_REPORTS_URL),
        ("https://euc1.clockify.me/api/v1", "https://euc1.clockify.me/report/v1"),
        ("https://use2.clockify.me/api/v1", "https://use2.clockify.me/report/v1"),
        ("https://euw2.clockify.me/api/v1", "https://euw2.clockify.me/report/v1"),
        ("https://apse2.clockify.me/api/v1", "https://apse2.clockify.me/report/v1"),
        ("https://quarz-werk.clockify.me/api/v1", "https://quarz-werk.clockify.me/report/v1"),
        ("http://127.0.0.1:8080/api/v1", "http://127.0.0.1:8080/report/v1"),
        ("http://[::1]:8080/api/v1/", "http://[::1]:8080/report/v1"),
    ],
)
def test_the_address_of_reports_follows_from_the_other(base_url: str, reports: str) -> None:
    """As the vendor documents it: another host, or another path; what is given counts first."""
    assert Settings(SECRET, base_url=base_url).reports == reports
    given = Settings(SECRET, base_url=base_url, reports_url="https://reports.example/v1")
    assert given.reports == "https://reports.example/v1"


@pytest.mark.parametrize(
    "base_url",
    [
        "https://proxy.example/api/v1",
        "https://clockify.me.example/api/v1",
        "https://a.b.clockify.me/api/v1",
        "https://api.clockify.me/v1",
        "https://api.clockify.me:8443/api/v1",
        "https://euc1.clockify.me/api/api/v1",
        "http://127.0.0.1:8080/v1",
    ],
)
def test_an_address_that_tells_nothing_of_reports_needs_another(base_url: str) -> None:
    """The key is not sent to a place somebody guessed."""
    with pytest.raises(YourMove) as caught:
        Settings(SECRET, base_url=base_url)
    assert str(caught.value) == UNKNOWN

    assert Settings(SECRET, base_url=base_url, reports_url="https://reports.example/v1").reports


def test_every_value_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are written as JSON there; what is not configured has its default."""
    configure(monkeypatch, API_KEY=SECRET)
    assert resolve() == Settings(SECRET)
    configure(
        monkeypatch,
        BASE_URL="http://localhost:1/v1",
        REPORTS_URL="http://localhost:1/reports",
        WORKSPACES=json.dumps(IDS),
        TIMEZONE="Europe/Berlin",
        START_DATE="2020-02-29",
        HORIZON_DAYS="0",
        LOOKBACK_DAYS="7",
        EXCLUDE_COLUMNS='["users.email"]',
        HASH_COLUMNS='["users.name"]',
    )

    assert resolve() == Settings(
        SECRET,
        base_url="http://localhost:1/v1",
        reports_url="http://localhost:1/reports",
        workspaces=IDS,
        timezone="Europe/Berlin",
        start_date=date(2020, 2, 29),
        horizon_days=0,
        lookback_days=7,
        exclude_columns=("users.email",),
        hash_columns=("users.name",),
    )


@pytest.mark.parametrize("name", CREDENTIALS)
def test_one_secret_is_enough(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either, without the newline that `echo` leaves; shown nowhere, and read from no config."""
    monkeypatch.setenv("SOURCES__CLOCKIFY__WORKSPACES", json.dumps(IDS))
    expected = Settings(**{name: SECRET, "workspaces": IDS})  # type: ignore[arg-type]
    configure(monkeypatch, **{name.upper(): f"{SECRET}\n"})
    assert resolve() == expected
    assert SECRET not in f"{expected!r} {expected}"

    monkeypatch.delenv(f"SOURCES__CLOCKIFY__{name.upper()}")
    in_file = f"[sources.clockify]\n{name} = {json.dumps(SECRET)}"
    test_settings.write(folder, secrets=in_file)
    assert resolve() == expected

    test_settings.write(folder, secrets="", config=in_file)
    with pytest.raises(YourMove) as caught:
        resolve()
    assert str(caught.value) == (
        "Not configured: sources.clockify.api_key or sources.clockify.addon_token. Set it in"
        " .dlt/secrets.toml or as SOURCES__CLOCKIFY__API_KEY."
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"ADDON_TOKEN": "geheim"}, ALONE),
        ({"API_KEY": ""}, ALONE),
        ({"API_KEY": "geheim\n\n"}, "API_KEY, ADDON_TOKEN: one line of ASCII, unpadded."),
        ({"API_KEY": "gehéim"}, "API_KEY, ADDON_TOKEN: one line of ASCII, unpadded."),
        ({"REPORTS_URL": "http://a.example"}, "REPORTS_URL must begin with https:// (plain http"),
        ({"REPORTS_URL": "https://"}, "REPORTS_URL must name a host."),
        ({"REPORTS_URL": "https://a:geheim@b.example"}, "REPORTS_URL must hold no credentials"),
        ({"REPORTS_URL": "https://b.example?a=geheim"}, "REPORTS_URL must hold no credentials"),
        ({"WORKSPACES": IDS[0]}, "sources.clockify.workspaces: in the environment, write JSON."),
        ({"WORKSPACES": '["geheim/../users"]'}, WORKSPACES),
        ({"WORKSPACES": '[""]'}, WORKSPACES),
        ({"WORKSPACES": json.dumps(IDS[:1] * 2)}, WORKSPACES),
        ({"WORKSPACES": "[5]"}, "[sources.clockify] Expected `str`, got `int`"),
        (
            {"API_KEY": "", "ADDON_TOKEN": "geheim"},
            "WORKSPACES must be given with ADDON_TOKEN, which cannot list them.",
        ),
    ],
)
def test_a_bad_value_is_named_with_what_to_do(
    values: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found before the first request, and no secret is repeated."""
    configure(monkeypatch, **{"API_KEY": SECRET, **values})

    with pytest.raises(YourMove) as caught:
        resolve()

    assert str(caught.value).startswith(message)
    assert "geheim" not in str(caught.value)


def test_workspaces_are_those_of_the_label(folder: Path) -> None:
    """One key may read several; another account has its own, and neither borrows."""
    test_settings.write(
        folder,
        secrets=f"""
            [sources.clockify]
            api_key = "{SECRET}"
            [sources.clockify.berlin]
            addon_token = "{SECRET}"
        """,
        config=f"""
            workspaces = ["foreign"]
            [sources.clockify]
            workspaces = {json.dumps(IDS)}
            [sources.clockify.berlin]
            base_url = "https://euc1.clockify.me/api/v1"
            workspaces = ["{IDS[1]}"]
        """,
    )

    assert resolve().workspaces == IDS
    assert resolve(workspaces=IDS[:1]).workspaces == IDS[:1]
    berlin = resolve("berlin")
    assert (berlin.api_key, berlin.workspaces) == ("", IDS[1:])
    assert berlin.reports == "https://euc1.clockify.me/report/v1"
