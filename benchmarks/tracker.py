"""A tracker with as many entries as are asked for, served on loopback by a process of its own.

All but the entries is told by the project's simulator; they come from a shelf.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from benchmarks.shelf import Shelf
from simulator.clockodo import PREFIX, ClockodoApp
from simulator.clockodo_params import Params
from simulator.server import serve
from simulator.world import NOW, World

APPLICATION = "Timehouse benchmark;bench@timehouse.example"
ENTRIES = "/v2/entries"
__all__ = ["APPLICATION", "ENTRIES", "NOW", "Tracker", "tracker"]
PAGE = 1000  # the largest there is
EVER = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2037-01-01T00:00:00Z"}
ASKED = {**EVER, "enhanced_list": "true", "items_per_page": PAGE}


class ShelfApp(ClockodoApp):
    """The simulated company, with entries from the shelf; each answer may take its time."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        super().__init__(world)
        self.shelf = shelf
        self.edited = False
        self.latency = 0.0
        self.seconds = 0.0

    async def handle(self, request: Request) -> Response:
        """Answer one request, late where latency is set."""
        if self.latency:
            await asyncio.sleep(self.latency)
        return await super().handle(request)

    def answer(self, request: Request, path: str, params: Params) -> bytes:
        """Answer from the shelf where entries are asked for; add up how long it takes."""
        began = time.perf_counter()
        try:
            return self._answer(request, path, params)
        finally:
            self.seconds += time.perf_counter() - began

    def _answer(self, request: Request, path: str, params: Params) -> bytes:
        if path != ENTRIES:
            return super().answer(request, path, params)
        self.check_caller(request)
        since, until = (datetime.fromisoformat(str(params.get(name))) for name in EVER)
        number, size = int(params.get("page") or 1), int(params.get("items_per_page") or 50)
        return self.shelf.page(since, until, number, size, edited=self.edited)


@dataclass(frozen=True)
class Tracker:
    """How to reach it, and since when it has so many entries."""

    url: str
    user: str
    key: str
    since: datetime
    entries: int
    _line: Connection

    @property
    def headers(self) -> dict[str, str]:
        """What a plain client has to send."""
        return {
            "X-ClockodoApiUser": self.user,
            "X-ClockodoApiKey": self.key,
            "X-Clockodo-External-Application": APPLICATION,
        }

    @property
    def pages(self) -> list[str]:
        """The addresses of all pages of entries."""
        count = -(-self.entries // PAGE)
        return [f"{self.url}{ENTRIES}?{urlencode({**ASKED, 'page': n + 1})}" for n in range(count)]

    @property
    def environment(self) -> dict[str, str]:
        """What Timehouse has to be told."""
        told = {
            "API_USER": self.user,
            "API_KEY": self.key,
            "EXTERNAL_APPLICATION": APPLICATION,
            "BASE_URL": self.url,
            "START_DATE": str(self.since.date()),
        }
        return {
            **{f"SOURCES__CLOCKODO__{name}": value for name, value in told.items()},
            "TIMEHOUSE_AS_OF": NOW.isoformat(),
        }

    def becomes(self, **what: Any) -> None:  # noqa: ANN401 - whatever the app holds
        """Set what the server does from now on: `edited`, `latency`."""
        self._line.send(what)
        self._line.recv()

    def asked(self) -> tuple[Counter[str], float]:
        """Return the requests since this was asked last, by path, and the seconds they took."""
        self._line.send(None)
        seen: tuple[Counter[str], float] = self._line.recv()
        return seen


@contextmanager
def tracker(entries: int, since: datetime) -> Iterator[Tracker]:
    """Serve so many entries that begin evenly since then; yield how to reach them."""
    spawning = get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(there, entries, since), daemon=True)
    process.start()
    there.close()
    with closing(here):
        url, user, key = here.recv()
        yield Tracker(url, user, key, since, entries, here)
    process.join()


def _serve(line: Connection, entries: int, since: datetime) -> None:
    world = World(years=1)
    patterns = _patterns(ClockodoApp(world))
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder, "entries"), patterns, entries, since=since, until=NOW)
        app = ShelfApp(world, shelf)
        with serve(app) as url:
            line.send((url, app.user, app.key))
            _obey(app, line)


def _obey(app: ShelfApp, line: Connection) -> None:
    """Do what is said, until the other end is closed."""
    try:
        while True:
            asked = line.recv()
            if asked is None:
                line.send((Counter(app.counts), app.seconds))
                app.reset()
                app.seconds = 0.0
                continue
            for name, value in asked.items():
                setattr(app, name, value)
            line.send(None)
    except EOFError:
        return


def _patterns(app: ClockodoApp) -> list[dict[str, Any]]:
    """Return a page of finished entries as the simulator writes them."""
    headers = [
        (b"x-clockodoapiuser", app.user.encode()),
        (b"x-clockodoapikey", app.key.encode()),
        (b"x-clockodo-external-application", APPLICATION.encode()),
    ]
    scope = {"type": "http", "path": PREFIX + ENTRIES, "headers": headers, "method": "GET"}
    query = urlencode({**ASKED, "page": 1})
    asked = Request({**scope, "query_string": query.encode()})
    rows = msgspec.json.decode(app.answer(asked, ENTRIES, Params(query)))["entries"]
    return [row for row in rows if row["time_until"] is not None]
