"""What Clockify is asked, in the query and in the body, and what it answers when it will not."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from simulator.query import Page, Query
from simulator.store import Row

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$")
WHOLE = re.compile(r"-?[0-9]{1,9}")
FLAGS = {"true": True, "false": False}


class Refused(Exception):
    """A request that gets an error instead of rows; `code` is the vendor's own number."""

    def __init__(self, status: int, code: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = msgspec.json.encode({"message": message, "code": code})


class Asked(Query):
    """One request; query parameters are written with hyphens, keys of a body in camelCase.

    What is spelt otherwise is ignored without a word.
    """

    def __init__(self, query: str, body: bytes, *, oversized: str) -> None:
        super().__init__(query)
        self.oversized = oversized
        try:
            self.read: Any = msgspec.json.decode(body) if body else {}
        except msgspec.DecodeError:
            self.read = None

    def asked(self) -> dict[str, Any]:
        """Give the query and the keys of the body."""
        return super().asked() | (self.read if isinstance(self.read, dict) else {})

    @property
    def body(self) -> Row:
        """Body of the request, an object."""
        if not isinstance(self.read, dict):
            raise unreadable()
        return self.read

    def flag(self, name: str) -> bool | None:
        """Read a truth value; None where the parameter is missing."""
        value = self.get(name)
        if value and value not in FLAGS:
            raise malformed(name)
        return FLAGS[value] if value else None

    def one_of(self, name: str, allowed: Collection[str], usual: str) -> str:
        """Read one of some words."""
        value = self.get(name) or usual
        if value not in allowed:
            raise malformed(name)
        return value

    def several(self, name: str, syntax: str = "both") -> list[str]:
        """Read words, given with commas or by repeating the parameter, as far as either is read."""
        given = self.lists.get(name, [])
        if syntax == "comma":
            given = given[:1]
        elif syntax == "repeated":
            return given
        return [word for value in given for word in value.split(",") if word]

    def number(self, name: str, usual: int) -> int:
        """Read a whole number."""
        value = self.get(name)
        if not value:
            return usual
        if not WHOLE.fullmatch(value):
            raise malformed(name)
        return int(value)

    def page(self, usual: int, largest: int) -> Page:
        """Read which page of a list is wanted; the page before the first is the first."""
        number, size = self.number("page", 1), self.number("page-size", usual)
        return self.checked(number, size, largest)

    def page_in(self, part: Row, usual: int, largest: int) -> Page:
        """Read which page is wanted from a part of the body."""
        number, size = part.get("page") or 1, part.get("pageSize") or usual
        if not isinstance(number, int) or not isinstance(size, int):
            raise unreadable()
        return self.checked(number, size, largest)

    def checked(self, number: int, size: int, largest: int) -> Page:
        """Refuse or cap what is too large, by the reading that is switched on."""
        if size < 1 or (size > largest and self.oversized == "refused"):
            raise invalid(f"Page size must be between 1 and {largest}")
        return Page(max(1, number), min(size, largest))

    def instant(self, name: str, zone: str | None) -> int | None:
        """Read one end of a window; given a zone, it is a wall clock there."""
        value = self.get(name)
        if not value:
            return None
        found = instant_of(value, zone)
        # Only bodies may leave the offset out.
        if found is None or not OFFSET.search(value):
            raise malformed(name)
        return found


def instant_of(value: object, zone: str | None) -> int | None:
    """Read a timestamp to the next full second; its UTC wall clock is read again in the zone.

    So the offset in the value is honoured, and the shift comes on top of it.
    """
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
        literal = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if zone is None:
            return ceil(literal.timestamp())
        return ceil(literal.astimezone(UTC).replace(tzinfo=ZoneInfo(zone)).timestamp())
    except (ValueError, OverflowError):
        return None


def words(part: Row, name: str) -> list[str]:
    """Read a list of words from a part of the body."""
    given = part.get(name) or []
    if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
        raise unreadable()
    return given


def malformed(name: str) -> Refused:
    """Answer to a parameter that cannot be read."""
    return Refused(400, 3000, f"Failed to convert value of parameter '{name}'")


def missing(name: str) -> Refused:
    """Answer to a parameter that must be there and is not."""
    return Refused(400, 3001, f"Required request parameter '{name}' is not present")


def unreadable() -> Refused:
    """Answer to a body that cannot be read."""
    return Refused(400, 3002, "Failed to read request body")


def invalid(message: str) -> Refused:
    """Answer to values that can be read and are wrong."""
    return Refused(400, 501, message)


def foreign(what: str) -> Refused:
    """Answer to an id that never was, is no more, or belongs to somebody else: all the same."""
    return invalid(f"{what} doesn't belong to Workspace")


def denied() -> Refused:
    """Answer to a role that is too low."""
    return Refused(403, 403, "Access Denied")


def no_route(path: str) -> Refused:
    """Answer to a path that does not exist."""
    return Refused(404, 3000, f"No static resource {path.lstrip('/')}.")


def wrong_verb(verb: str, allowed: str) -> Refused:
    """Answer to a path that exists for other verbs."""
    return Refused(405, 3000, f"Request method '{verb}' is not supported", Allow=allowed)
