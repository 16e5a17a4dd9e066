"""Configuration and secrets, found under `sources.clockify` and nowhere else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from api_extract import configured
from api_extract.configured import Check
from api_extract.session import LOOPBACK

CREDENTIALS = ("api_key", "addon_token")  # of which there is one
VENDOR_URL = "https://api.clockify.me/api/v1"
VENDOR_REPORTS_URL = "https://reports.api.clockify.me/v1"


@dataclass(frozen=True)
class Settings:
    """How to reach Clockify with one key, and how much to read.

    `reports_url`: where reports are; by default as the vendor documents it for `base_url`.
    `workspaces`: the ids of those that are read; by default all the key sees. `timezone`: an IANA
    name; by default that of the key's owner. `start_date`: nothing before its month is read.
    `horizon_days`: entries planned up to here are. `lookback_days`: what began this recently is
    read again by every run. `sweep_requests`: about so many a day are spent on older months, in
    turn. `daily_lists`: resources that only the first run of a day reads, and any that finds people
    come, gone or changed. `exclude_columns`, `hash_columns`: as `table.column`.
    """

    api_key: str = field(default="", repr=False)
    addon_token: str = field(default="", repr=False)
    base_url: str = VENDOR_URL
    reports_url: str | None = None
    workspaces: tuple[str, ...] = ()
    timezone: str | None = None
    start_date: date = date(2005, 1, 1)
    horizon_days: int = 400
    lookback_days: int = 62
    sweep_requests: int = 5
    daily_lists: tuple[str, ...] = (
        *("custom_fields", "user_groups", "holidays", "time_off_policies"),
    )
    exclude_columns: tuple[str, ...] = ()
    hash_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        configured.refuse(self._ways_not_to_reach_it())
        configured.refuse(
            configured.ways_not_to_read(
                self.sweep_requests,
                self.start_date,
                self.horizon_days,
                self.lookback_days,
                self.timezone,
            )
        )

    @property
    def reports(self) -> str:
        """The base URL of reports, given or derived."""
        return self.reports_url or reports_of(self.base_url) or ""

    def _ways_not_to_reach_it(self) -> Iterator[Check]:
        yield (
            bool(self.api_key) == bool(self.addon_token),
            "API_KEY or ADDON_TOKEN must be given, exactly one of them.",
        )
        secrets = {"api_key": self.api_key, "addon_token": self.addon_token}
        yield from configured.ways_not_to_send(**secrets)
        yield from configured.ways_not_to_reach("BASE_URL", self.base_url)
        yield not self.reports, "REPORTS_URL must be given, as this BASE_URL does not tell it."
        yield from configured.ways_not_to_reach("REPORTS_URL", self.reports)
        yield (
            not all(map(_is_id, self.workspaces)) or len({*self.workspaces}) < len(self.workspaces),
            "WORKSPACES must be ids of letters and digits, each once.",
        )
        yield (
            bool(self.addon_token) and not self.workspaces,
            "WORKSPACES must be given with ADDON_TOKEN, which cannot list them.",
        )


def resolve(account: str = "main", **given: Any) -> Settings:  # noqa: ANN401 - each field has its own type
    """Return the settings of an account, of which a label may name several.

    Raises YourMove, naming the place, for what is missing or cannot be read.
    """
    section = configured.section_of("clockify", account)
    return configured.resolve(Settings, section, given, [CREDENTIALS], secret=CREDENTIALS)


def reports_of(base_url: str) -> str | None:
    """Return where the reports of a base URL are, by the vendor's rule; None: there is none.

    A region or a subdomain keeps its host, the global API has another one for reports.
    """
    url = urlsplit(base_url.rstrip("/"))
    host = url.netloc.lower()
    if url.path != "/api/v1":
        return None
    if host == "api.clockify.me":
        return VENDOR_REPORTS_URL
    if re.fullmatch(r"[\w-]+\.clockify\.me", host) or url.hostname in LOOPBACK:
        return url._replace(path="/report/v1").geturl()
    return None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isalnum()
