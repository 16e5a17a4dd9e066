"""A small company by chance, served behind a gate, with an empty warehouse to load it into."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from unittest.mock import patch

from api_extract.session import Session
from simulator import clockify, clockodo
from simulator.server import serve
from simulator.world import World
from tests.conftest import Account
from tests.proof.gate import Gate
from tests.trackers import CLOCKODO, Tracker

STARTS = (date(2024, 1, 1), date(2024, 1, 1), date(2005, 1, 1))  # each empty year costs requests
EARLIEST = datetime(2025, 3, 1, tzinfo=UTC)
MINUTES = 600 * 24 * 60


class Company(Account):
    """An account behind a gate, read from a day on."""

    def __init__(self, gate: Gate, account: Account, start: date) -> None:
        vars(self).update(vars(account))
        self.gate = gate
        self.settings = replace(account.settings, start_date=start)

    @property
    def first(self) -> datetime:
        """An instant before which nothing is read, in no time zone."""
        return datetime.combine(self.settings.start_date, time(), UTC) + timedelta(days=1)


@contextmanager
def founded(
    seed: int, chance: random.Random, folder: Path, tracker: Tracker = CLOCKODO
) -> Iterator[Company]:
    """Serve a company of any size, at any time of the year, by any reading of the documentation."""
    now = EARLIEST + timedelta(minutes=chance.randrange(MINUTES))
    switches = clockodo.Switches(
        window=chance.choice(("start", "overlap")),
        until=chance.choice(("inclusive", "exclusive")),
        order=chance.choice(("ascending", "descending", "arbitrary")),
        empty_pages=chance.choice((0, 1)),
        offset=chance.choice((False, True)),
    )
    world = World(seed, chance.choice((0.1, 0.2, 0.35)), now)
    others = clockify.Switches(feed="open" if chance.random() < 0.5 else "refused")
    app = tracker.app(world, switches=switches if tracker is CLOCKODO else others)
    gate = Gate(app)
    # How long it waits before it asks again is tried elsewhere; here, nobody has the time.
    quick = patch.object(Session, "_pause", return_value=0.0), patch(tracker.limits, ())
    with quick[0], quick[1], serve(gate) as url:
        account = Account(app, url, folder, tracker)
        yield Company(gate, account, chance.choice(STARTS))
