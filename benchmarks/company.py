"""A simulated company, served on loopback by a process of its own."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.parse import urlencode

from api_extract.pages import Request
from clockodo_source import Settings
from clockodo_source.api import first_request, open_session, page_reader, rest
from clockodo_source.tables_entries import ENTRIES
from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World

APPLICATION = "Timehouse benchmark;bench@timehouse.example"
EVER = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2037-01-01T00:00:00Z"}


@dataclass(frozen=True)
class Company:
    """How to reach a company, what time it is there, and the pages that hold all its entries."""

    settings: Settings
    now: datetime
    pages: list[Request]

    @property
    def headers(self) -> dict[str, str]:
        """What a plain client has to send."""
        return {
            "X-ClockodoApiUser": self.settings.api_user,
            "X-ClockodoApiKey": self.settings.api_key,
            "X-Clockodo-External-Application": self.settings.external_application,
        }

    @property
    def urls(self) -> list[str]:
        """The addresses of the pages."""
        return [f"{self.settings.base_url}{p.path}?{urlencode(p.params)}" for p in self.pages]


@contextmanager
def company(years: float) -> Iterator[Company]:
    """Invent so many years of work, serve them, and yield how to read them."""
    spawning = get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(there, years), daemon=True)
    process.start()
    there.close()
    with closing(here):
        settings, now = here.recv()
        request = first_request(ENTRIES, **EVER)
        with closing(open_session(settings)) as session:
            first = session.fetch(request, page_reader(ENTRIES))
        yield Company(settings, now, [request, *rest(request, first)])
    process.join()


def _serve(there: Connection, years: float) -> None:
    app = ClockodoApp(World(years=years))
    with serve(app) as url:
        there.send((Settings(app.user, app.key, APPLICATION, url), app.world.now))
        there.poll(None)  # until the other end is closed
