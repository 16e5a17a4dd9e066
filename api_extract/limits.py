"""Stay within a server's documented request limits instead of being told off.

Requests are counted in a small SQLite file, so that limits hold over all runs and processes that
share it, and over those of the hours before.
"""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from math import inf
from pathlib import Path

import dlt

from api_extract.errors import Later

LONGEST_TURN = 4_000.0  # seconds; a run waits for an hour's limit, and leaves at a day's
SLACK = 1.01  # windows are taken as so much longer, as requests take their time to arrive
DAY = 86_400


@dataclass(frozen=True)
class Limit:
    """At most `count` requests in any `seconds`; `kind` narrows it to requests of that kind.

    A run waits for its turn, but not longer than `patience` seconds: then it leaves.
    """

    count: int
    seconds: float
    kind: str = ""
    patience: float = LONGEST_TURN


class Limiter:
    """Sliding windows: a call goes out when the one `count` places back is `seconds` old.

    `path` names the file that is shared, made where there is none. Where it cannot be used, and
    without one, only the calls of this object are counted; `shared` tells. `limits` may be added
    to, as some are told by the server.
    """

    def __init__(
        self,
        limits: Sequence[Limit],
        path: Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.shared = path is not None
        self.limits = tuple(limits)
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep
        try:
            self._open(path)
        except (OSError, sqlite3.Error):
            self._open(None)

    def is_left(self, kind: str) -> bool:
        """Whether a run leaves, rather than waits, where a limit of this kind is used up."""
        return any(
            limit.kind == kind and limit.patience < min(limit.seconds, LONGEST_TURN)
            for limit in self.limits
        )

    def left(self) -> float:
        """Return how many requests go out until a run has to leave; limits of a kind left aside."""
        leaving = [n for n in self.limits if not n.kind and n.patience < n.seconds]
        try:
            with self._lock:
                return min((n.count - self._sent_within(n) for n in leaving), default=inf)
        except sqlite3.Error:  # the next request finds another way to count
            return inf

    def acquire(self, kind: str = "") -> float:
        """Wait for a turn for one request of this kind; return the seconds waited.

        Raises Later, and counts nothing, where the turn is further away than a run should wait.
        """
        with self._lock:
            now = self._clock()
            try:
                turn = self._booked(kind, now)
            except sqlite3.Error:  # the disk is full, say, or somebody has removed the folder
                self._open(None)
                turn = self._booked(kind, now)
        if turn > now:
            self._sleep(turn - now)
        return turn - now

    def _open(self, path: Path | None) -> None:
        self.shared = path is not None
        if path:
            _make(path)
        self._sent = sqlite3.connect(
            path or ":memory:", timeout=30, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, self._sent.close)
        # A count that a power failure takes with it is no loss.
        self._sent.execute("PRAGMA synchronous = OFF")
        self._sent.execute("CREATE TABLE IF NOT EXISTS sent (at REAL, kind TEXT)")
        self._sent.execute("CREATE INDEX IF NOT EXISTS sent_at ON sent (at)")
        self._sent.execute("CREATE INDEX IF NOT EXISTS sent_of_kind ON sent (kind, at)")

    def _booked(self, kind: str, now: float) -> float:
        """Return the moment of the next turn, having taken it."""
        with self._sent as sent:
            sent.execute("BEGIN IMMEDIATE")
            # What lies so far ahead was counted before the clock was set back.
            sent.execute(
                "DELETE FROM sent WHERE at < ? OR at > ?",
                (now - DAY * SLACK, now + LONGEST_TURN),
            )
            free = [(self._free(limit), limit) for limit in self.limits if limit.kind in ("", kind)]
            turn = max([now, *(at for at, _ in free)])
            if any(at - now > limit.patience for at, limit in free):
                raise Later(
                    "The documented limit of requests is used up. Run again after"
                    f" {datetime.fromtimestamp(turn, UTC):%Y-%m-%d %H:%M} UTC."
                )
            sent.execute("INSERT INTO sent VALUES (?, ?)", (turn, kind))
        return turn

    def _sent_within(self, limit: Limit) -> int:
        since = self._clock() - limit.seconds * SLACK
        (count,) = self._sent.execute("SELECT count(*) FROM sent WHERE at > ?", (since,)).fetchone()
        return int(count)

    def _free(self, limit: Limit) -> float:
        """Return the moment from which one more call is within this limit."""
        of_kind = "WHERE kind = :kind" if limit.kind else ""
        found = self._sent.execute(
            f"SELECT at FROM sent {of_kind} ORDER BY at DESC LIMIT 1 OFFSET :count",
            {"kind": limit.kind, "count": limit.count - 1},
        ).fetchone()
        return found[0] + limit.seconds * SLACK if found else 0.0


def counted_in(who: str) -> Path:
    """Return the file of somebody's requests, beside what dlt keeps for the person who runs it."""
    name = sha256(who.encode()).hexdigest()[:32]
    return Path(dlt.current.run_context().data_dir) / "requests" / f"{name}.sqlite"


def _make(path: Path) -> None:
    """Make the file for its owner's eyes only, and clear away those not used for days."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    os.utime(path)
    for other in path.parent.glob(f"*{path.suffix}"):
        with suppress(FileNotFoundError):  # another run has cleared it away
            if time.time() - other.stat().st_mtime > 2 * DAY:
                other.unlink()
