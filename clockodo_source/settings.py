"""Configuration and secrets, found under `sources.clockodo` and nowhere else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from api_extract import configured
from api_extract.configured import Check

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
    read again by every run. `sweep_requests`: about so many a day are spent on older months, in
    turn. `daily_lists`: resources that only the first run of a day reads, and any that finds
    people come, gone or changed. `timezone`: an IANA name; by default the company's.
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
    sweep_requests: int = 20
    daily_lists: tuple[str, ...] = (
        *("access_groups", "holidays_quota", "holidays_carry", "overtime_carry"),
        *("nonbusiness_groups", "nonbusiness_days", "users_nonbusiness_groups"),
        *("users_nonbusiness_days", "work_times"),
    )
    timezone: str | None = None
    exclude_columns: tuple[str, ...] = ()
    hash_columns: tuple[str, ...] = ()
    hard_budget_revenue: bool = False
    filter: Mapping[str, str | int] = field(default_factory=dict)

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
        unknown = not set(self.filter) <= set(FILTERS)
        configured.refuse([(unknown, f"FILTER knows {', '.join(FILTERS)}.")])

    def _ways_not_to_reach_it(self) -> Iterator[Check]:
        yield not self.api_user or not self.api_key, "API_USER and API_KEY must not be empty."
        yield (
            not 0 < len(self.external_application) <= LONGEST_APPLICATION,
            "EXTERNAL_APPLICATION must be 'Company;mail@example.com', at most 50 letters.",
        )
        sent = {name: getattr(self, name) for name in CREDENTIALS}
        yield from configured.ways_not_to_send(**sent)
        yield from configured.ways_not_to_reach("BASE_URL", self.base_url)


def resolve(account: str = "main", **given: Any) -> Settings:  # noqa: ANN401 - each field has its own type
    """Return the settings of an account: what is given, else configured, else the default.

    Account `main` is configured in `sources.clockodo`, another in `sources.clockodo.<label>`.
    Raises YourMove, naming the place, for what is missing or cannot be read.
    """
    section = configured.section_of("clockodo", account)
    needed = [(name,) for name in CREDENTIALS]
    return configured.resolve(Settings, section, given, needed, secret=("api_key",))
