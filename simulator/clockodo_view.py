"""What one request may see, and how values are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from simulator.clockodo_params import Params, Refused
from simulator.clockodo_settings import Rights, Switches
from simulator.store import Row
from simulator.world import World

LANGUAGES = ("en", "de", "fr")


@dataclass(frozen=True)
class View:
    """One request: its parameters, and the eyes it is answered for."""

    world: World
    params: Params
    rights: Rights
    switches: Switches
    me: int
    language: int
    utc_header: bool = False

    def sees_person(self, users_id: int) -> bool:
        """Whether rows about this person are given."""
        return self.rights.people or users_id == self.me


@dataclass(frozen=True)
class Page:
    """Which rows of a list are asked for."""

    number: int
    size: int

    def cut(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Take the rows on the page."""
        return rows[(self.number - 1) * self.size : self.number * self.size]

    def block(self, view: View, count: int) -> dict[str, int]:
        """Build the paging block of an answer."""
        pages = -(-count // self.size) or view.switches.empty_pages
        names = ("items_per_page", "current_page", "count_pages", "count_items")
        return dict(zip(names, (self.size, self.number, pages, count), strict=True))


def page_of(view: View, largest: int, default: int) -> Page:
    """Read the page asked for; a size above the documented maximum is refused."""
    size = view.params.number("items_per_page", 1, largest) or default
    return Page(view.params.number("page", 1) or 1, min(size, view.switches.largest_page))


def number(value: float) -> float:
    """Give a whole number without a fraction, as the vendor's JSON does."""
    return int(value) if value == int(value) else value


CHANGED = {float, dict, list}


def plain(value: object) -> object:
    """Apply `number` to everything inside."""
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):  # most of a row is as it should be, and many rows are written
        return {k: plain(v) if type(v) in CHANGED else v for k, v in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def encode(body: Row) -> bytes:
    """Write an answer."""
    return msgspec.json.encode(plain(body))


def not_found() -> Refused:
    """Answer to an id that is not there, or not for this key."""
    return Refused(404, "The resource could not be found", "NotFound")


def forbidden() -> Refused:
    """Answer to a key without the right."""
    return Refused(403, "Access denied", "Forbidden")
