"""Query strings as the API reads them, and what it answers when it will not."""

import re
from collections.abc import Iterable
from datetime import date

from simulator.instants import epoch_of
from simulator.query import Query

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Clients in use send both spellings.
FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}
SIMPLE_ERRORS = ("/v2/entries", "/v2/entrygroups", "/v2/clock")


class Refused(Exception):
    """A request that gets an error instead of rows."""

    def __init__(
        self, status: int, message: str, kind: str = "General", fields: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.fields = fields

    def body(self, path: str) -> dict[str, object]:
        """Build the shape of error that this path uses; a failed login has one shape everywhere."""
        if self.status != 401 and path.startswith(SIMPLE_ERRORS):  # noqa: PLR2004 - unauthorized
            error = {"code": self.status, "message": self.message}
            return {"error": error | ({"fields": list(self.fields)} if self.fields else {})}
        path_or_none = self.fields[0] if self.fields else None
        error = {"type": self.kind, "message": self.message, "details": None, "path": path_or_none}
        return {"errors": [error]}


class Params(Query):
    """The query of one request."""

    def need(self, name: str) -> str:
        """Value of a parameter that must be there."""
        value = self.get(name)
        if not value:
            raise Refused(400, f"Required parameter {name} is missing", "ValidationError", (name,))
        return value

    def flag(self, name: str) -> bool | None:
        """Read a truth value; None where the parameter is missing."""
        value = self.get(name)
        if value is not None and value.lower() not in FLAGS:
            raise wrong(name)
        return None if value is None else FLAGS[value.lower()]

    def number(self, name: str, low: int = 0, high: int = 2**63) -> int | None:
        """Read one whole number within bounds; several are refused."""
        value = self.get(name)
        if not value:
            return None
        if (
            len(self.lists[name]) > 1
            or not value.lstrip("-").isdigit()
            or not low <= int(value) <= high
        ):
            raise wrong(name)
        return int(value)

    def numbers(self, name: str) -> set[int] | None:
        """Read numbers given as an array, alone or with commas; nothing and null are 0."""
        if name not in self.lists:
            return None
        parts = [part for value in self.lists[name] for part in value.split(",")]
        parts = ["0" if part in {"", "null"} else part for part in parts]
        if not all(part.lstrip("-").isdigit() for part in parts):
            raise wrong(name)
        return {int(part) for part in parts}

    def instant(self, name: str) -> int:
        """Read a full UTC timestamp; anything shorter or finer is refused."""
        value = self.need(name)
        if not INSTANT.fullmatch(value):
            raise wrong(name)
        try:
            return epoch_of(value)
        except ValueError:
            raise wrong(name) from None

    def day(self, name: str) -> str:
        """Read a date."""
        value = self.need(name)
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise wrong(name) from None

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse parameters that nobody documented."""
        if unknown := sorted(self.lists.keys() - set(allowed)):
            raise Refused(400, f"Unknown parameter: {unknown[0]}", fields=tuple(unknown))


def wrong(name: str) -> Refused:
    """Answer to a value that cannot be read."""
    return Refused(400, "Wrong format", "ValidationError", (name,))
