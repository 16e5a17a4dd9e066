"""Accounts whose keys and logins stand nowhere else, so that any trace of them can be told."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from simulator.clockify import ClockifyApp
from simulator.clockodo import ClockodoApp
from simulator.world import World
from tests.trackers import CLOCKIFY, CLOCKODO, WORKSPACE, Tracker

USER = "login@nowhere-else.example"
KEY = "a-key/that+is-nowhere-else=="  # quoted, it looks otherwise
PAIR = b64encode(f"{USER}:{KEY}".encode()).decode()


@dataclass(frozen=True)
class Account:
    """One way to be let in. `values`: how it is configured, without the address.

    `listed`: a list that is read after the entries, with the query it is asked for with. `base`:
    how the base URL goes on.
    """

    tracker: Tracker
    make: Callable[[World], Any]
    values: dict[str, str]
    secrets: tuple[str, ...]
    listed: str
    base: str = ""

    def app(self) -> Any:  # noqa: ANN401 - each tracker has its own
        """Return the account, of very little work."""
        return self.make(World(1, 0.03))

    @property
    def path(self) -> str:
        """The path of that list."""
        return self.listed.partition("?")[0]

    def configured(self, url: str) -> dict[str, str]:
        """Return the environment in which it is configured, and dlt tells all it does."""
        values = {**self.values, "BASE_URL": url + self.base}
        ours = {self.tracker.prefix + name: value for name, value in values.items()}
        return {**ours, "RUNTIME__LOG_LEVEL": "DEBUG"}


def _clockodo(auth: str) -> Account:
    return Account(
        tracker=CLOCKODO,
        make=lambda world: ClockodoApp(world, user=USER, key=KEY),
        values={
            "API_USER": USER,
            "API_KEY": KEY,
            "AUTH": auth,
            "EXTERNAL_APPLICATION": f"Tests;{USER}",
        },
        secrets=(USER, KEY, quote(KEY, safe=""), PAIR),
        listed="/v3/teams?sort[]=id",
    )


def _clockify(make: Callable[[World], ClockifyApp], **values: str) -> Account:
    return Account(
        tracker=CLOCKIFY,
        make=make,
        values=values,
        secrets=(KEY, quote(KEY, safe="")),
        listed=f"{WORKSPACE}/user-groups?includeTeamManagers=true",
        base="/v1",
    )


HEADERS, BASIC = _clockodo("headers"), _clockodo("basic")
HERE = WORKSPACE.rpartition("/")[2]
BY_KEY = _clockify(lambda world: ClockifyApp(world, key=KEY), API_KEY=KEY)
BY_TOKEN = _clockify(
    lambda world: ClockifyApp(world, token=KEY), ADDON_TOKEN=KEY, WORKSPACES=json.dumps([HERE])
)
ACCOUNTS = {
    "clockodo-headers": HEADERS,
    "clockodo-basic": BASIC,
    "clockify-key": BY_KEY,
    "clockify-token": BY_TOKEN,
}
