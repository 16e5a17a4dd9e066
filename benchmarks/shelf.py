"""Any number of entries as the tracker would write them, ready to be sent.

Each takes the same number of bytes in one file, in order of its begin, so that a page of a window
is a slice of the file: serving a million rows takes the server little more than the copying.
"""

import mmap
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec

FIRST_ID = 1_000_000_000  # ids and instants are all of one length
CHANGED_AT, CHANGED_LATER = b"2026-11-02T09:00:00Z", b"2026-11-03T09:00:00Z"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_ID, _SINCE, _UNTIL = 1_111_111_111, "1111-11-11T11:11:11Z", "2222-22-22T22:22:22Z"


class Shelf:
    """Entries that begin evenly between two instants, made of what real entries look like."""

    def __init__(
        self,
        file: Path,
        rows: Sequence[dict[str, Any]],
        count: int,
        *,
        since: datetime,
        until: datetime,
    ) -> None:
        self.count = count
        self._since, self._span = since, int((until - since).total_seconds())
        patterns = [_pattern(row) for row in rows]
        self._width = (
            max(sum(map(len, parts)) for parts, _ in patterns) + len(str(FIRST_ID)) + 40 + 1
        )
        with file.open("wb") as written:
            for number, (parts, lasts) in zip(range(count), cycle(patterns), strict=False):
                row = self._row(number, parts, lasts)
                written.write(row.ljust(self._width - 1) + b",")
        with file.open("rb") as written:
            self._bytes = mmap.mmap(written.fileno(), 0, access=mmap.ACCESS_READ)

    def page(
        self, since: datetime, until: datetime, number: int, size: int, *, edited: bool
    ) -> bytes:
        """Return a page of what begins in [since, until); `edited`: all of it was changed since."""
        first, end = self._place(since), self._place(until)
        count = end - first
        paging = {
            "items_per_page": size,
            "current_page": number,
            "count_pages": -(-count // size),
            "count_items": count,
        }
        begin = first + (number - 1) * size
        rows = self._bytes[begin * self._width : max(begin, min(begin + size, end)) * self._width]
        if edited:
            rows = rows.replace(CHANGED_AT, CHANGED_LATER)
        return b'{"paging":%b,"entries":[%b]}' % (msgspec.json.encode(paging), rows[:-1])

    def _row(self, number: int, parts: Sequence[bytes], lasts: int | None) -> bytes:
        begins = self._since + timedelta(seconds=number * self._span // self.count)
        ends = begins + timedelta(seconds=lasts or 0)
        key, since, until = (
            str(FIRST_ID + number).encode(),
            begins.strftime(INSTANT).encode(),
            ends.strftime(INSTANT).encode(),
        )
        return b"".join((parts[0], key, parts[1], since, parts[2], until, parts[3]))

    def _place(self, moment: datetime) -> int:
        """Return the number of the first entry that begins no earlier."""
        seconds = int((moment - self._since).total_seconds())
        return min(max(-(-seconds * self.count // self._span), 0), self.count)


def _pattern(row: dict[str, Any]) -> tuple[list[bytes], int | None]:
    """Cut the JSON of a row at its id, begin and end; return the parts and how long it lasts."""
    lasts = row.get("duration")
    same = {"id": _ID, "time_since": _SINCE, "time_until": _UNTIL}
    stamps = {name: CHANGED_AT.decode() for name in row if name.startswith("time_last_change")}
    text = msgspec.json.encode({**row, **same, **stamps})
    parts = []
    for mark in (str(_ID), _SINCE, _UNTIL):
        before, _, text = text.partition(mark.encode())
        parts.append(before)
    return [*parts, text], lasts
