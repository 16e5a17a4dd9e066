"""Load drills: much work behind a server that counts requests, or one that fails a third of them.

The server is a process of its own, forked off, so that serving takes nothing from who is tried.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any
from unittest.mock import patch

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_extract.limits import Limit
from api_extract.session import Session
from clockodo_source import api
from pipelines.exits import Exit, explained
from simulator.clockodo import ClockodoApp, Limits
from simulator.money import revenue_of
from simulator.server import serve
from simulator.world import World
from tests.conftest import Account
from tests.matrix import PASSING
from tests.trackers import CLOCKODO, Tracker
from tests.truth import Rows, differences, truth
from tests.truth_clockodo import ENTRIES

FORKING = get_context("fork")
FASTER = 10  # by more, the server allows more pages a second than anybody can read
MOST_RUNS = 30
MOST_REFUSED = 3
SUMS = f"""
    select count(*), sum(duration), sum(revenue)
    from ({" union all by name ".join(f"from clockodo_raw.{name}" for name in ENTRIES.values())})
"""


@dataclass
class Drilled:
    """What came of a drill, by the server's count; `waited` is the sum over all threads."""

    drill: str
    entries: int = 0
    runs: int = 0
    requests: int = 0
    refused: int = 0  # 429, of the limits
    faults: int = 0
    waited: float = 0.0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


class Door:
    """Wraps an app that another process serves: counts for both sides, fails a third if asked to.

    `calls`, `faults` (made up here) and `refused` (429 by the app) can be read, and `hostile` set,
    on both sides.
    """

    def __init__(self, app: ASGIApp, seed: int) -> None:
        self.calls, self.faults, self.refused, self.hostile = (_shared() for _ in range(4))
        self._app = app
        self._chance = random.Random(seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 429:
                self.refused.value += 1
            await send(message)

        self.calls.value += 1
        if self.hostile.value and self._chance.random() < 1 / 3:
            self.faults.value += 1
            fault = self._chance.choice(list(PASSING.values()))
            await fault.respond(self._app, scope, receive, send)
        else:
            await self._app(scope, receive, noted)


def _shared() -> "Synchronized[int]":
    return FORKING.Value("q", 0)


@contextmanager
def apart(
    app: Any,  # noqa: ANN401 - each tracker has its own
    folder: Path,
    seed: int = 1,
    tracker: Tracker = CLOCKODO,
) -> Iterator[tuple[Account, Door]]:
    """Serve a company by another process; here stays a copy, which must be left as it is."""
    door = Door(app, seed)
    here, there = FORKING.Pipe()
    process = FORKING.Process(target=_serve, args=(door, here, there), daemon=True)
    process.start()
    there.close()
    try:
        with here:
            account = Account(app, here.recv(), folder, tracker)
            account.settings = replace(account.settings, start_date=app.world.since)
            yield account, door
    finally:
        process.join()


def _serve(door: Door, here: Connection, there: Connection) -> None:
    here.close()
    with serve(door) as url:
        there.send(url)
        with suppress(EOFError):
            there.recv()  # never comes, but ends with the other side


def faster(times: int) -> tuple[Limits, tuple[Limit, ...]]:
    """Return what is documented with time passing so much faster: for the server, for us."""
    server = Limits()
    shortened = (
        tuple((count, seconds / times) for count, seconds in kind)
        for kind in (server.overall, server.enhanced, server.entrygroups)
    )
    return Limits(*shortened), tuple(replace(x, seconds=x.seconds / times) for x in api.LIMITS)


def limited(years: float, server: Limits, ours: Sequence[Limit], folder: Path) -> Drilled:
    """Load so many years from a server that counts requests; compare the sums."""
    app = ClockodoApp(World(years=years), limits=server)
    told = Drilled("limits", entries=len(app.world.entries))
    with patch.object(api, "LIMITS", ours), apart(app, folder) as (account, door):
        started = time.monotonic()
        done = _run(account, told)
        told.seconds = time.monotonic() - started
    told.requests, told.refused = door.calls.value, door.refused.value
    told.problems += _unequal_sums(account) if done else ["it did not come to an end"]
    if told.refused > MOST_REFUSED:
        told.problems.append(f"{told.refused} requests were refused as too many")
    return told


def hostile(years: float, seed: int, folder: Path, tracker: Tracker = CLOCKODO) -> Drilled:
    """Load so many years from a server that fails a third of the calls; compare every cell."""
    app = tracker.app(World(years=years))
    told = Drilled("a third fails", entries=len(app.world.entries))
    # How long it waits before it asks again is tried elsewhere; here, nobody has the time.
    quick = patch.object(Session, "_pause", return_value=0.0)
    with quick, apart(app, folder, seed, tracker) as (account, door):
        wanted, done = truth(account), False
        started, before = time.monotonic(), door.calls.value
        door.hostile.value = 1
        while not done and told.runs < MOST_RUNS and not told.problems:
            done = _run(account, told)
            if loaded := wanted if done else _loaded(account, wanted):
                told.problems += differences(account, loaded)
        told.seconds = time.monotonic() - started
        told.requests, told.faults = door.calls.value - before, door.faults.value
    if not done:
        told.problems.append("it did not come to an end")
    return told


def _run(account: Account, told: Drilled) -> bool:
    """Sync once; note whatever is no reason for a scheduler to try again. True: it is done."""
    told.runs += 1
    try:
        outcome = account.sync()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        known = explained(error)
        if known is None or known[0] != Exit.THEIR_MOVE:
            told.problems.append(f"{type(error).__name__}: {error}")
        return False
    told.waited += outcome.report.waited
    if outcome.exit != Exit.DONE:
        told.problems += [f"ended with {outcome.exit!r}", *outcome.troubles]
    return outcome.exit == Exit.DONE


def _loaded(account: Account, wanted: dict[str, Rows]) -> dict[str, Rows]:
    """Return the tables that are there after a run that ended early: these have to be whole."""
    schema = account.tracker.raw
    tables = f"select table_name from information_schema.tables where table_schema = '{schema}'"
    _, found = account.query(tables)
    return {name: rows for name, rows in wanted.items() if (name,) in found}


def _unequal_sums(account: Account) -> list[str]:
    """Compare number, duration and revenue of all entries with the company."""
    _, ((rows, seconds, money),) = account.query(SUMS)
    held = rows, seconds, round(money, 2)
    world, entries = account.world, list(account.world.entries)
    wanted = (
        len(entries),
        sum(e.duration or 0 for e in entries),
        round(sum(revenue_of(world, e, hard_too=False) for e in entries), 2),
    )
    return [] if held == wanted else [f"entries, seconds, money: {held}, should be {wanted}"]
