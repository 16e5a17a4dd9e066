"""Limits on the number of requests, by sliding windows of real time."""

import time
from collections import deque
from collections.abc import Mapping
from email.utils import formatdate
from math import ceil
from typing import Literal

Limit = tuple[int, float]
RetryAfter = Literal["seconds", "date", "absent"]
UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class Exceeded(Exception):
    """One request too many."""

    def __init__(self, limit: Limit, wait: float) -> None:
        count, seconds = limit
        super().__init__(f"Request limit exceeded ({count} requests per {span(seconds)})")
        self.wait = wait

    def headers(self, retry_after: RetryAfter) -> dict[str, str]:
        """Say when to come back, or do not: no vendor documents which."""
        if retry_after == "absent":
            return {}
        if retry_after == "date":
            return {"Retry-After": formatdate(ceil(time.time() + self.wait), usegmt=True)}
        return {"Retry-After": str(ceil(self.wait))}


class Windows:
    """Counts requests, by what they are counted as."""

    def __init__(self) -> None:
        self.seen: dict[str, deque[float]] = {}

    def count(self, kinds: Mapping[str, tuple[Limit, ...]]) -> None:
        """Count one request as each of the kinds, unless one of their windows is full."""
        now = time.monotonic()
        for kind, limits in kinds.items():
            refuse(self.seen.setdefault(kind, deque()), limits, now)
        # A refused request counts in no window.
        for kind in kinds:
            self.seen[kind].append(now)


def refuse(seen: deque[float], limits: tuple[Limit, ...], now: float) -> None:
    """Raise where one of the windows is full."""
    for limit in limits:
        count, seconds = limit
        recent = [moment for moment in seen if moment > now - seconds]
        if len(recent) >= count:
            raise Exceeded(limit, recent[-count] + seconds - now)


def span(seconds: float) -> str:
    """Name a window as the messages do: 900 seconds are 15 minutes."""
    for size, name in UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"
