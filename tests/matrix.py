"""Readings of the documentation x faults x rights: how a sync may end, and what must be true then.

A company was loaded with all rights, then edited. A sync meets a fault while the key sees less:

    it ends as it should   equal, or refused with nothing loaded, or some of it left as it was
    the next one, without  is equal to the company, and loads nothing where the first was so too
"""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from covertable import make

from api_extract.session import Session
from clockodo_source import api
from pipelines.exits import Exit, explained
from simulator import faults
from simulator.clockodo import Rights, Switches
from simulator.faults import Fault, status
from simulator.faults import Outcome as Met
from simulator.world import World
from tests.conftest import Account
from tests.edited import Edited
from tests.truth import ENTRIES, differences

ASKED = ("company", "absences", "entries", "work_time_change_requests", "rates")
TABLES = {*ASKED, *ENTRIES.values(), "work_time_change_request_changes"} - {"entries"}

ENTRY_LIST = "/v2/entries"

READINGS: dict[str, list[Any]] = {
    "window": ["start", "overlap"],
    "since": ["inclusive", "exclusive"],
    "until": ["inclusive", "exclusive"],
    "order": ["ascending", "descending", "arbitrary"],
    "empty_pages": [0, 1],
    "largest_page": [5000, 100],
    "default_page": [50, 1000, 2500],
    "retry_after": ["seconds", "date", "absent"],
    "text_in_plain": [True, False],
    "change_requests": ["change_requests", "data"],
    "group_keys": ["string", "number"],
    "scalar_sort_on_subprojects": [True, False],
    "completion_touches": [True, False],
    "offset": [True, False],
}


@dataclass(frozen=True)
class Trouble:
    """Something that a sync meets, on a path or on any, and how it should end."""

    outcomes: Callable[[], list[Met]]
    exit: Exit = Exit.DONE
    path: str | None = None


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
    answers: list[Met] = []
    while len(answers) < 500:  # never more than three in a row, as a sixth would be the last
        answers += [chance.choice(list(PASSING.values()))] * chance.randint(1, 3)
        answers += [None] * chance.randint(1, 3)
    return answers


FAULTS: dict[str, Trouble] = {
    "none": Trouble(list),
    "each that passes": Trouble(lambda: [f for one in PASSING.values() for f in (one, None)]),
    "half of all calls fail": Trouble(_half_of_all),
    "slow, then silent": Trouble(lambda: [faults.SLOW, None, faults.SILENCE(30)]),
    "503 for good": Trouble(lambda: [status(503)] * 40, Exit.THEIR_MOVE, ENTRY_LIST),
    "429, come back in 2 h": Trouble(
        lambda: [status(429, retry_after=7200)], Exit.THEIR_MOVE, ENTRY_LIST
    ),
    "400": Trouble(lambda: [status(400)], Exit.NOT_AS_AGREED, ENTRY_LIST),
    "401": Trouble(lambda: [status(401)], Exit.YOUR_MOVE, ENTRY_LIST),
    "410": Trouble(lambda: [status(410)], Exit.NOT_AS_AGREED, ENTRY_LIST),
    "no envelope": Trouble(lambda: [faults.NO_ENVELOPE], Exit.NOT_AS_AGREED, ENTRY_LIST),
    "wrong types": Trouble(lambda: [faults.MISTYPED], Exit.NOT_AS_AGREED, ENTRY_LIST),
}
BURSTS = {f"{n}, three times": Trouble(partial(list, [None, f, f, f])) for n, f in PASSING.items()}
ALL_FAULTS = {**FAULTS, **BURSTS}
RIGHTS: dict[str, tuple[Callable[[Rights, World], None], Exit]] = {
    "all": (lambda _, __: None, Exit.DONE),
    "no enhanced list": (lambda r, _: setattr(r, "enhanced", False), Exit.YOUR_MOVE),
    "no money": (lambda r, _: setattr(r, "money", False), Exit.YOUR_MOVE),
    "no administrator": (lambda r, _: setattr(r, "owner", False), Exit.YOUR_MOVE),
    "one customer": (
        lambda r, w: setattr(r, "customers", {w.rows("customers")[-1]["id"]}),
        Exit.LOOK,
    ),
    "no rates (403)": (lambda r, _: r.forbidden.add("/v4/rates"), Exit.LOOK),
    "no absences (404)": (lambda r, _: r.missing.add("/v4/absences"), Exit.LOOK),
    "no company (410)": (lambda r, _: r.gone.add("/v2/aggregates/users/me"), Exit.LOOK),
}


@dataclass(frozen=True)
class Case:
    """One combination, by the names of what is combined."""

    fault: str
    right: str
    readings: tuple[tuple[str, Any], ...]

    @property
    def switches(self) -> Switches:
        """The readings of the documentation."""
        return Switches(**dict(self.readings))

    def __str__(self) -> str:
        odd = [f"{n}={v}" for n, v in self.readings if getattr(Switches(), n) != v]
        return ", ".join([self.fault, self.right, *odd])


def cases(
    strength: int, troubles: Iterable[str] = ALL_FAULTS, rights: Iterable[str] = RIGHTS
) -> list[Case]:
    """Return combinations that cover any so many of the readings, faults and rights together."""
    rows = make({**READINGS, "fault": list(troubles), "right": list(rights)}, strength=strength)
    found = [
        Case(row.pop("fault"), row.pop("right"), tuple((n, row[n]) for n in READINGS))
        for row in map(dict, rows)
    ]
    return sorted(found, key=str)


def run(case: Case, edited: Edited, folder: Path) -> tuple[Exit | None, list[str]]:
    """Let a sync meet a case; return how it ended, and what was wrong then or afterwards."""
    fault, (narrow, narrowed) = ALL_FAULTS[case.fault], RIGHTS[case.right]
    # How long it waits is tried elsewhere; here, nobody has the time.
    quick = patch.object(Session, "_pause", return_value=0.0), patch.object(api, "LIMITS", ())
    with quick[0], quick[1], edited.copied(folder, case.switches) as account:
        told = edited.truth(account)
        wanted = {name: told[name] for name in TABLES}
        narrow(account.app.rights, account.world)
        with _impatient(), account.meeting(*fault.outcomes(), path=fault.path):
            ended, before = _ended(account), _packages(account)
        account.app.rights = Rights()
        found = []
        if ended not in _allowed(fault.exit, narrowed):
            found.append(f"ended with {ended!r}")
        if ended in (Exit.YOUR_MOVE, Exit.NOT_AS_AGREED) and before > 1:
            found.append("refused, and loaded something")
        again = _ended(account)
        if again != Exit.DONE:
            found.append(f"the next sync ended with {again!r}")
        if ended == Exit.DONE and _packages(account) != before:
            found.append("a sync with nothing changed loaded something")
        return ended, found + differences(account, wanted)


def _allowed(fault: Exit, narrowed: Exit) -> set[Exit]:
    """Return how a sync may end: whichever of two refusals is met first, else what is to see."""
    if fault == Exit.DONE:
        return {narrowed}
    return {fault, narrowed} if narrowed == Exit.YOUR_MOVE else {fault}


def _ended(account: Account) -> Exit | None:
    try:
        return account.sync(*ASKED).exit
    except Exception as error:  # noqa: BLE001 - what it is, is what is to be found out
        known = explained(error)
        return known[0] if known else None


def _packages(account: Account) -> int:
    _, ((count,),) = account.query("select count(*) from clockodo_raw._dlt_loads")
    return int(count)


@contextmanager
def _impatient() -> Iterator[None]:
    """Give up on silence after a second."""
    original = Session.__init__

    def impatient(self: Session, *args: Any, **more: Any) -> None:  # noqa: ANN401 - any arguments
        original(self, *args, **{**more, "timeout": (5, 1)})

    with patch.object(Session, "__init__", impatient):
        yield
