"""A gate before a server: opened, it lets calls through; disturbed, it does what it is told."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.faults import HALF_BODY, NOT_JSON, RESET, Fault, Outcome, failing, status
from tests.trackers import WORKSPACE, Tracker

REFUSALS = tuple(status(code) for code in (429, 500, 502, 503, 504))
BROKEN = (HALF_BODY, NOT_JSON, RESET)
LASTING = 40
# How many calls may pass before a burst begins, so that it still meets some.
QUIET: dict[str, dict[str | None, int]] = {
    "clockodo": {
        None: 70,
        "/v2/entries": 1,
        "/userreports": 1,
        "/v3/users": 0,
        "/v4/projects": 0,
        "/v2/workTimes": 20,
    },
    "clockify": {
        None: 25,
        f"{WORKSPACE}/reports/detailed": 1,
        f"{WORKSPACE}/users": 1,
        f"{WORKSPACE}/projects": 0,
    },
}


class Gate:
    """Wraps an app while it is served; `met` counts the faults that callers were given."""

    def __init__(self, app: ASGIApp) -> None:
        self.met = 0
        self._open = self._current = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        await self._current(scope, receive, send)

    @contextmanager
    def disturbed(self, outcomes: list[Outcome], path: str | None = None) -> Iterator[None]:
        """Let call n of a path get outcome n."""
        counted = [self._counted(o) if isinstance(o, Fault) else o for o in outcomes]
        self._current = failing(self._open, *counted, path=path)
        try:
            yield
        finally:
            self._current = self._open

    def _counted(self, fault: Fault) -> Fault:
        async def respond(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            self.met += 1
            await fault.respond(app, scope, receive, send)

        return Fault(respond)


def burst(chance: random.Random, tracker: Tracker) -> tuple[list[Outcome], str | None]:
    """Draw faults that pass, last, or say no for good, and the path they are met on."""
    calm = QUIET[tracker.name]
    path = chance.choice((None, None, *calm))
    quiet: list[Outcome] = [None] * chance.randint(0, calm[path])
    kind = chance.choice(("passing", "passing", "lasting", "no"))
    if kind == "lasting":
        return [*quiet, *(chance.choice(REFUSALS) for _ in range(LASTING))], path
    if kind == "no":
        return [*quiet, status(400)], path
    broken = [chance.choice(BROKEN) for _ in range(chance.randint(0, 2))]
    refusals = [chance.choice(REFUSALS) for _ in range(chance.randint(1, 5))]
    return [*quiet, *broken, *refusals], path
