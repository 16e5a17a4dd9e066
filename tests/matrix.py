"""Readings of the documentation x faults x rights: how a sync may end, and what must be true then.

A company was loaded with all rights, then edited. A sync meets a fault while the key sees less:

    it ends as it should   equal, or refused with nothing loaded, or some of it left as it was
    the next one, without  is equal to the company, and loads nothing where the first was so too
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from covertable import make
from starlette.types import ASGIApp, Receive, Scope, Send

from api_extract.session import Session
from pipelines.exits import Exit, explained
from simulator import faults
from simulator.faults import Fault, status
from simulator.faults import Outcome as Met
from simulator.world import World
from tests.conftest import Account
from tests.edited import Edited
from tests.trackers import Tracker
from tests.truth import differences


@dataclass(frozen=True)
class Matrix:
    """What is combined for a tracker, read as far as `asked`.

    `rights` say how a sync ends; `others`: faults that it ends otherwise with, tried elsewhere.
    """

    tracker: Tracker
    asked: tuple[str, ...]
    readings: Mapping[str, Sequence[Any]]
    switches: Callable[..., Any]
    all_rights: Callable[[], Any]
    rights: Mapping[str, tuple[Callable[[Any, World], object], Exit]]
    others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Trouble:
    """Something that a sync meets, with the list of entries or anywhere, and how it should end."""

    outcomes: Callable[[], list[Met]]
    exit: Exit = Exit.DONE
    of_entries: bool = False


PASSING: dict[str, Fault] = {
    "429": status(429),
    "429, come back in 2 s": status(429, retry_after=2),
    "500": status(500),
    "502 of a gateway": status(502, html=True),
    "503": status(503),
    "504 of a gateway": status(504, html=True),
    "hung up before a word": faults.RESET_BEFORE,
    "hung up inside the body": faults.RESET,
    "half a body": faults.HALF_BODY,
    "no JSON": faults.NOT_JSON,
}


def _half_of_all() -> list[Met]:
    chance = random.Random(1)
    failed: Counter[tuple[str, bytes]] = Counter()

    def sparing(fault: Fault) -> Fault:
        async def respond(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            failed[asked := (scope["path"], scope["query_string"])] += 1
            if failed[asked] % 4:  # never more than three in a row, as a sixth would be the last
                await fault.respond(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return Fault(respond)

    answers: list[Met] = []
    while len(answers) < 500:
        answers += [sparing(chance.choice(list(PASSING.values())))] * chance.randint(1, 3)
        answers += [None] * chance.randint(1, 3)
    return answers


FAULTS: dict[str, Trouble] = {
    "none": Trouble(list),
    "each that passes": Trouble(lambda: [f for one in PASSING.values() for f in (one, None)]),
    "half of all calls fail": Trouble(_half_of_all),
    "slow, then silent": Trouble(lambda: [faults.SLOW, None, faults.SILENCE(30)]),
    "503 for good": Trouble(lambda: [status(503)] * 40, Exit.THEIR_MOVE, of_entries=True),
    "429, come back in 2 h": Trouble(
        lambda: [status(429, retry_after=7200)], Exit.THEIR_MOVE, of_entries=True
    ),
    "400": Trouble(lambda: [status(400)], Exit.NOT_AS_AGREED, of_entries=True),
    "401": Trouble(lambda: [status(401)], Exit.YOUR_MOVE, of_entries=True),
    "410": Trouble(lambda: [status(410)], Exit.NOT_AS_AGREED, of_entries=True),
    "no envelope": Trouble(lambda: [faults.NO_ENVELOPE], Exit.NOT_AS_AGREED, of_entries=True),
    "wrong types": Trouble(lambda: [faults.MISTYPED], Exit.NOT_AS_AGREED, of_entries=True),
}
BURSTS = {f"{n}, three times": Trouble(partial(list, [None, f, f, f])) for n, f in PASSING.items()}
ALL_FAULTS = {**FAULTS, **BURSTS}


@dataclass(frozen=True)
class Case:
    """One combination, by the names of what is combined."""

    matrix: Matrix
    fault: str
    right: str
    readings: tuple[tuple[str, Any], ...]

    @property
    def switches(self) -> Any:  # noqa: ANN401 - each tracker has its own
        """The readings of the documentation."""
        return self.matrix.switches(**dict(self.readings))

    def __str__(self) -> str:
        usual = self.matrix.switches()
        odd = [f"{n}={v}" for n, v in self.readings if getattr(usual, n) != v]
        return ", ".join([self.fault, self.right, *odd])


def cases(
    matrix: Matrix,
    strength: int,
    troubles: Iterable[str] = ALL_FAULTS,
    rights: Iterable[str] | None = None,
) -> list[Case]:
    """Return combinations that cover any so many of the readings, faults and rights together."""
    others = {
        "fault": [name for name in troubles if name not in matrix.others],
        "right": list(matrix.rights if rights is None else rights),
    }
    found = [
        Case(
            matrix,
            row.pop("fault"),
            row.pop("right"),
            tuple((n, row[n]) for n in matrix.readings),
        )
        for row in map(dict, make({**matrix.readings, **others}, strength=strength))
    ]
    return sorted(found, key=str)


LEFT = {"no envelope", "wrong types"}  # of entries, which are left; all else is loaded


def run(case: Case, edited: Edited, folder: Path) -> tuple[Exit | None, list[str]]:
    """Let a sync meet a case; return how it ended, and what was wrong then or afterwards."""
    matrix, fault = case.matrix, ALL_FAULTS[case.fault]
    narrow, narrowed = matrix.rights[case.right]
    path = matrix.tracker.entries_path if fault.of_entries else None
    # How long it waits is tried elsewhere; here, nobody has the time.
    quick = patch.object(Session, "_pause", return_value=0.0), patch(matrix.tracker.limits, ())
    with quick[0], quick[1], edited.copied(folder, case.switches) as account:
        wanted = edited.truth(account)
        narrow(account.app.rights, account.world)
        with _impatient(), account.meeting(*fault.outcomes(), path=path):
            ended, before = _ended(account, matrix), _packages(account)
        account.app.rights = matrix.all_rights()
        found = []
        if ended not in _allowed(fault.exit, narrowed):
            found.append(f"ended with {ended!r}")
        refused = ended in (Exit.YOUR_MOVE, Exit.NOT_AS_AGREED) and case.fault not in LEFT
        if refused and before > 1:
            found.append("refused, and loaded something")
        again = _ended(account, matrix)
        if again != Exit.DONE:
            found.append(f"the next sync ended with {again!r}")
        if ended == Exit.DONE and case.right == "all" and _packages(account) != before:
            found.append("a sync with nothing changed loaded something")
        return ended, found + differences(account, wanted)


def _allowed(fault: Exit, narrowed: Exit) -> set[Exit]:
    """Return how a sync may end: whichever of two refusals is met first, else what is to see."""
    if fault == Exit.DONE:
        return {narrowed}
    return {fault, narrowed} if narrowed == Exit.YOUR_MOVE else {fault}


def _ended(account: Account, matrix: Matrix) -> Exit | None:
    try:
        outcome = account.sync(*matrix.asked)
    except Exception as error:  # noqa: BLE001 - what it is, is what is to be found out
        known = explained(error)
        return known[0] if known else None
    # What was loaded by one reading of the documentation, another may leave out altogether.
    gone = outcome.report.vanished
    only_gone = outcome.exit == Exit.LOOK and all(t.split(":")[0] in gone for t in outcome.troubles)
    return Exit.DONE if only_gone else outcome.exit


def _packages(account: Account) -> int:
    _, ((count,),) = account.query(f"select count(*) from {account.tracker.raw}._dlt_loads")
    return int(count)


@contextmanager
def _impatient() -> Iterator[None]:
    """Give up on silence after a second."""
    original = Session.__init__

    def impatient(self: Session, *args: Any, **more: Any) -> None:  # noqa: ANN401 - any arguments
        original(self, *args, **{**more, "timeout": (5, 1)})

    with patch.object(Session, "__init__", impatient):
        yield
