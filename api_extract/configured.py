"""Settings of a source: found by dlt's providers under exactly one name each, and checked.

dlt's own injection falls back to bare names, so that an ordinary LANGUAGE or API_KEY in the
environment would be taken for one of a source.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import dlt
import msgspec
from dlt.common import json

from api_extract.errors import YourMove
from api_extract.session import LOOPBACK
from api_extract.windows import FIRST_DAY, LAST_DAY, LONGEST_HORIZON, LONGEST_LOOKBACK, MOST_SWEPT

S = TypeVar("S")
# What the example of secrets holds.
EXAMPLES = ("you@company.example", "the 32 letters and digits of your key", "your key")
Check = tuple[bool, str]  # whether something is wrong, and what to say then


class Confined(Protocol):
    """What settings of every source say: how much is read, and what is kept off the disk."""

    @property
    def start_date(self) -> date:
        """Nothing before its month is read."""

    @property
    def horizon_days(self) -> int:
        """So far ahead is read."""

    @property
    def lookback_days(self) -> int:
        """What began this recently is read again by every run."""

    @property
    def daily_lists(self) -> tuple[str, ...]:
        """Resources that only the first run of a day reads."""

    @property
    def exclude_columns(self) -> tuple[str, ...]:
        """Columns that are left out, as `table.column`."""

    @property
    def hash_columns(self) -> tuple[str, ...]:
        """Columns that are kept as pseudonyms."""


def refuse(checks: Iterable[Check]) -> None:
    """Raise YourMove with the text of the first check that finds something wrong."""
    for wrong, text in checks:
        if wrong:
            raise YourMove(text)


def ways_not_to_send(**secrets: str) -> Iterator[Check]:
    """Check that these can stand in a header: a refused one would be quoted by the HTTP client."""
    names = ", ".join(name.upper() for name in secrets)
    well = all(v.isascii() and v.isprintable() and v == v.strip() for v in secrets.values())
    yield not well, f"{names}: one line of ASCII, unpadded."


def ways_not_to_reach(name: str, address: str) -> Iterator[Check]:
    """Check a base URL: encrypted or of this machine, and without anything to hide."""
    url = urlsplit(address)
    yield (
        url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK),
        f"{name} must begin with https:// (plain http only to this machine).",
    )
    yield not url.hostname, f"{name} must name a host."
    more = "@" in url.netloc or bool(url.query or url.fragment)
    yield more, f"{name} must hold no credentials, query or fragment."


def ways_not_to_read(
    sweep_requests: int,
    start_date: date,
    horizon_days: int,
    lookback_days: int,
    timezone: str | None,
) -> Iterator[Check]:
    """Check how much of an account is to be read, and whose days count."""
    yield (
        not FIRST_DAY <= start_date <= LAST_DAY,
        f"START_DATE must be {FIRST_DAY} to {LAST_DAY}.",
    )
    for name, days, most in (
        ("HORIZON_DAYS", horizon_days, LONGEST_HORIZON),
        ("LOOKBACK_DAYS", lookback_days, LONGEST_LOOKBACK),
        ("SWEEP_REQUESTS", sweep_requests, MOST_SWEPT),
    ):
        yield not 0 <= days <= most, f"{name} must be 0 to {most}."
    yield (
        timezone is not None and timezone not in available_timezones(),
        f"TIMEZONE {timezone!r} is no IANA time zone such as Europe/Berlin.",
    )


def section_of(system: str, account: str) -> str:
    """Return where an account is configured: `main` with the system, another under its label."""
    return f"sources.{system}" if account == "main" else f"sources.{system}.{account}"


def resolve(
    kind: type[S],
    section: str,
    given: Mapping[str, Any],
    needed: Sequence[Collection[str]],
    secret: Collection[str],
) -> S:
    """Return the settings of an account: what is given, else configured, else the default.

    `needed`: the credentials, each with those that may stand in for it. `secret`: those that are
    looked for nowhere but where secrets are kept. Raises YourMove, naming the place, for what is
    missing or cannot be read.
    """
    credentials = {name for names in needed for name in names}
    values = {}
    for name, hint in get_type_hints(kind).items():
        value = given.get(name)
        if value is None:
            value = _found(section, name, credential=name in credentials, secret=name in secret)
            if isinstance(value, str) and get_origin(hint) in {tuple, Mapping}:
                value = _decoded(value, section, name)
            if name in credentials and value in EXAMPLES:
                raise YourMove(f"{section}.{name} is that of the example. Fill in your own.")
        if value is not None:
            values[name] = value
    if missing := [names for names in needed if not values.keys() & set(names)]:
        raise YourMove(_not_configured(section, missing))
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise YourMove(f"[{section}] {error}".replace(" - at `$.", ": ").rstrip("`")) from None


def _found(section: str, name: str, *, credential: bool, secret: bool) -> Any:  # noqa: ANN401 - each field has its own type
    """Ask dlt's providers, as its accessors keep what they find for a trace on the disk."""
    hint = dlt.secrets.default_type if credential else dlt.config.default_type
    for provider in (dlt.secrets if secret else dlt.config).config_providers:
        value: Any = provider.get_value(name, hint, None, *section.split("."))[0]
        if isinstance(value, str) and credential:
            return value.removesuffix("\n")  # which `echo` and secrets in files end with
        if value is not None:
            return value
    return None


def _decoded(value: str, section: str, name: str) -> Any:  # noqa: ANN401 - as above
    try:
        return json.loads(value)
    except ValueError:
        raise YourMove(f"{section}.{name}: in the environment, write JSON.") from None


def _not_configured(section: str, missing: Sequence[Collection[str]]) -> str:
    places = [[f"{section}.{name}" for name in names] for names in missing]
    named = " and ".join(" or ".join(names) for names in places)
    env = places[0][0].replace(".", "__").upper()
    return f"Not configured: {named}. Set it in .dlt/secrets.toml or as {env}."
