"""Configuration and secrets, found by dlt's providers under `sources.clockodo` and nowhere else.

dlt's own injection falls back to bare names, so that an ordinary LANGUAGE or API_KEY in the
environment would be taken for ours. Here each value has exactly one name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import dlt
import msgspec
from dlt.common import json

from api_extract.errors import YourMove
from api_extract.session import LOOPBACK
from api_extract.windows import FIRST_DAY, LAST_DAY, LONGEST_HORIZON, LONGEST_LOOKBACK

CREDENTIALS = ("api_user", "api_key", "external_application")
VENDOR_URL = "https://my.clockodo.com/api"
LONGEST_APPLICATION = 50  # characters; the vendor's own client refuses more

# The documented filters of the entries list, each of which takes one value.
FILTERS = (
    "users_id",
    "customers_id",
    "projects_id",
    "subprojects_id",
    "services_id",
    "lumpsum_services_id",
    "billable",
    "text",
    "texts_id",
    "budget_type",
)


@dataclass(frozen=True)
class Settings:
    """How to reach one Clockodo account and how much of it to read.

    `external_application`: who asks, as `<app or company>;<contact e-mail>`, mandatory.
    `start_date`: nothing before its month is read, nor of calendars and reports before its year.
    `horizon_days`: planned entries up to here are. `lookback_days`: what began this recently is
    read again by every run. `timezone`: an IANA name; by default the company's.
    `exclude_columns`, `hash_columns`: as `table.column`.
    `hard_budget_revenue`: let the server compute revenue for open fixed-price projects too.
    """

    api_user: str = field(repr=False)
    api_key: str = field(repr=False)
    external_application: str
    base_url: str = VENDOR_URL
    auth: Literal["headers", "basic"] = "headers"
    language: Literal["en", "de", "fr"] = "en"
    start_date: date = date(2005, 1, 1)
    horizon_days: int = 400
    lookback_days: int = 62
    timezone: str | None = None
    exclude_columns: tuple[str, ...] = ()
    hash_columns: tuple[str, ...] = ()
    hard_budget_revenue: bool = False
    filter: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for wrong, text in (*self._ways_not_to_reach_it(), *self._ways_not_to_read_it()):
            if wrong:
                raise YourMove(text)

    def _ways_not_to_reach_it(self) -> Iterator[tuple[bool, str]]:
        url = urlsplit(self.base_url)
        yield not self.api_user or not self.api_key, "API_USER and API_KEY must not be empty."
        yield (
            not 0 < len(self.external_application) <= LONGEST_APPLICATION,
            "EXTERNAL_APPLICATION must be 'Company;mail@example.com', at most 50 letters.",
        )
        yield (
            not all(map(_travels, (self.api_user, self.api_key, self.external_application))),
            "API_USER, API_KEY, EXTERNAL_APPLICATION: one line of ASCII, unpadded.",
        )
        yield (
            url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK),
            "BASE_URL must begin with https:// (plain http only to this machine).",
        )
        yield not url.hostname, "BASE_URL must name a host."
        more = "@" in url.netloc or bool(url.query or url.fragment)
        yield more, "BASE_URL must hold no credentials, query or fragment."

    def _ways_not_to_read_it(self) -> Iterator[tuple[bool, str]]:
        yield (
            not FIRST_DAY <= self.start_date <= LAST_DAY,
            f"START_DATE must be {FIRST_DAY} to {LAST_DAY}.",
        )
        for name, days, most in (
            ("HORIZON_DAYS", self.horizon_days, LONGEST_HORIZON),
            ("LOOKBACK_DAYS", self.lookback_days, LONGEST_LOOKBACK),
        ):
            yield not 0 <= days <= most, f"{name} must be 0 to {most}."
        yield (
            self.timezone is not None and self.timezone not in available_timezones(),
            f"TIMEZONE {self.timezone!r} is no IANA time zone such as Europe/Berlin.",
        )
        yield not set(self.filter) <= set(FILTERS), f"FILTER knows {', '.join(FILTERS)}."


def resolve(account: str = "main", **given: Any) -> Settings:  # noqa: ANN401 - each field has its own type
    """Return the settings of an account: what is given, else configured, else the default.

    Account `main` is configured in `sources.clockodo`, another in `sources.clockodo.<label>`.
    Raises YourMove, naming the place, for what is missing or cannot be read.
    """
    section = "sources.clockodo" if account == "main" else f"sources.clockodo.{account}"
    values = {}
    for item in fields(Settings):
        value = given.get(item.name)
        if value is None:
            value = _configured(section, item.name)
        if value is not None:
            values[item.name] = value
    if missing := [name for name in CREDENTIALS if name not in values]:
        names = " and ".join(f"{section}.{name}" for name in missing)
        env = f"{section}.{missing[0]}".replace(".", "__").upper()
        raise YourMove(f"Not configured: {names}. Set it in .dlt/secrets.toml or as {env}.")
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise YourMove(f"[{section}] {error}".replace(" - at `$.", ": ").rstrip("`")) from None


def _travels(value: str) -> bool:
    # A refused header would be quoted, key and all, by the error of the HTTP client.
    return value.isascii() and value.isprintable() and value == value.strip()


def _configured(section: str, name: str) -> Any:  # noqa: ANN401 - each field has its own type
    """Ask dlt's providers, as its accessors keep what they find for a trace on the disk."""
    hint = dlt.secrets.default_type if name in CREDENTIALS else dlt.config.default_type
    for provider in (dlt.secrets if name == "api_key" else dlt.config).config_providers:
        value: Any = provider.get_value(name, hint, None, *section.split("."))[0]
        if value is not None:
            return _read(value, section, name)
    return None


def _read(value: Any, section: str, name: str) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, str) and name in CREDENTIALS:
        return value.removesuffix("\n")  # which `echo` and secrets in files end with
    if isinstance(value, str) and name in ("exclude_columns", "hash_columns", "filter"):
        try:
            return json.loads(value)
        except ValueError:
            raise YourMove(f"{section}.{name}: in the environment, write JSON.") from None
    return value
