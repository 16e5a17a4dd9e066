"""JSON as trackers write it: whole numbers without a fraction, and each entry once."""

from abc import ABC, abstractmethod

import msgspec

from simulator.store import Entry, Row

CHANGED = {float, dict, list}


def number(value: float) -> float:
    """Give a whole number without a fraction."""
    return int(value) if value == int(value) else value


def plain(value: object) -> object:
    """Apply `number` to everything inside."""
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):  # most of a row is as it should be, and many rows are written
        return {k: plain(v) if type(v) in CHANGED else v for k, v in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def encode(body: Row | list[Row]) -> bytes:
    """Write an answer."""
    return msgspec.json.encode(plain(body))


class EntryWriter(ABC):
    """Writes entries for one kind of reader and keeps what it wrote with the entry.

    `variant` is all that a row depends on besides the entry and the names it mentions.
    """

    variant: tuple[object, ...]

    @abstractmethod
    def row(self, entry: Entry) -> Row:
        """Build one row."""

    def bytes_of(self, entry: Entry) -> bytes:
        """JSON of one row."""
        done = entry.rendered.get(self.variant)
        if done is None:
            done = entry.rendered[self.variant] = msgspec.json.encode(self.row(entry))
        return done
