"""Stay within a server's documented request limits instead of being told off."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """At most `count` requests in any `seconds`; `kind` narrows it to requests of that kind."""

    count: int
    seconds: float
    kind: str = ""


class Limiter:
    """Sliding windows: a call goes out when the one `count` places back is `seconds` old."""

    def __init__(
        self,
        limits: Sequence[Limit],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._logs: list[tuple[Limit, deque[float]]] = [
            (limit, deque(maxlen=limit.count)) for limit in limits
        ]
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    def acquire(self, kind: str = "") -> float:
        """Wait for a turn for one request of this kind; return the seconds waited."""
        with self._lock:
            now = self._clock()
            logs = [(limit, log) for limit, log in self._logs if limit.kind in ("", kind)]
            turn = max(
                [now, *(log[0] + limit.seconds for limit, log in logs if len(log) == limit.count)]
            )
            for _, log in logs:
                log.append(turn)
        if turn > now:
            self._sleep(turn - now)
        return turn - now
