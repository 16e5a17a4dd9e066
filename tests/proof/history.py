"""One history by seed: a company that is edited, with syncs that crash, are refused, and go on.

    edits -> time passes -> a sync that dies, meets faults, or is edited under -> a clean sync

After each clean sync the warehouse equals the company cell by cell, the log of changes leads from
the entries of the round before to those of now, and another sync loads nothing.
"""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.exits import Exit, explained
from pipelines.sync import Outcome
from simulator.faults import Outcome as Answer
from tests.crash import POINTS, dying, killed
from tests.proof import desk_entries, desk_lists
from tests.proof.desk import Desk
from tests.proof.founding import Company, founded
from tests.proof.gate import burst
from tests.proof.leading import Entries, gaps
from tests.truth import changes, differences, entries

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOKBACK = 61 * DAY  # a day less than is read again, whatever the zone
HORIZON = 390 * DAY  # likewise
LAST = datetime(2027, 11, 1, tzinfo=UTC)  # the server has reports up to this year
MOST_TOLD = 20
FOLLOWED = 150  # entries vanish by moving too, so fewer than one sync asks for
ENDED = {9 << 8, 9}  # at a named point, or killed
EXPECTED = {Exit.THEIR_MOVE, Exit.NOT_AS_AGREED}
LOG = """
    select * from {}.entry_changes
    order by cast(split_part(change_id, '-', 1) as bigint), kind
"""


@dataclass
class Told:
    """What happened under a seed: `story` in the last round, `problems` at its end."""

    seed: int
    rounds: int = 0
    edits: int = 0
    crashes: int = 0
    faults: int = 0
    story: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class History:
    """A company in the middle of its life, and what is told of it so far."""

    def __init__(self, seed: int, chance: random.Random, company: Company) -> None:
        self.told = Told(seed)
        self.company = company
        self._chance = chance
        self._gate = company.gate
        self._world = company.world
        self._before: Entries = entries(company)
        self._logged: set[str] = set()
        self._until = self._world.now + HORIZON
        self._seconds = 6.0
        self._full = False
        self._exact = True

    def begin(self) -> None:
        """Load all history for the first time, at times after a first load that died."""
        if self._often(25):
            self.crash()
        started = time.monotonic()
        self._settle()
        self._seconds = time.monotonic() - started

    def round(self) -> None:
        """Let one round happen."""
        self.told.rounds += 1
        self.told.story = []
        jump = self._jump()
        self._full, self._exact = self._often(30), True
        self.edit(self._chance.randint(3, 25), everything=self._full, jump=jump)
        self._pass(jump)
        troubles = {self.lose: 15, self.sync_a_part: 20, self.crash: 45, self.refuse: 35}
        for trouble, percent in troubles.items():
            if self._often(percent):
                trouble()
                self._go_on()
        if self._often(20):
            self.edit_under()
        self._settle()

    def check(self) -> list[str]:
        """Compare the warehouse with the company, and its log with what has happened."""
        after = entries(self.company)
        with self.company.opened():
            found = differences(self.company)
            names, rows = self.company.query(LOG.format(self.company.tracker.raw))
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        log = [row for row in listed if row["change_id"] not in self._logged]
        found += gaps(log, self._before, after, self.company.tracker.log)
        if self._exact:
            said = Counter((row["entry_id"], row["kind"]) for row in log)
            happened = Counter(changes(self._before, after))
            found += [f"entry_changes miss {change}" for change in happened - said]
            found += [f"entry_changes make up {change}" for change in said - happened]
        self._before, self._logged = after, {row["change_id"] for row in listed}
        return found

    def _settle(self) -> None:
        """Sync without disturbance and check; nothing is edited meanwhile."""
        before, outcome = self._before.keys(), self._sync()
        self._until = self._world.now + HORIZON
        self.told.problems += [*outcome.troubles, *self.check()[:MOST_TOLD]]
        # What vanished by the hundred is followed by more than one sync.
        for _ in range(1 + len(before - self._before.keys()) // FOLLOWED):
            packages = self.company.sync().packages
        if packages:
            self.told.problems.append(f"a sync with nothing changed made {packages} packages")

    def _sync(self) -> Outcome:
        return self.company.sync(full=self._full)

    def edit(self, count: int, *, everything: bool, jump: timedelta = timedelta()) -> None:
        """Edit so many things by chance, of `everything` or of what the next sync reads again."""
        first = self.company.first
        since = first if everything else self._world.now + jump - LOOKBACK
        desk = Desk(self._world, self._chance, first, since, self._until, everything, self._before)
        for _ in range(count):
            kinds = desk_entries.EDITS if self._often(65) else desk_lists.EDITS
            if told := self._chance.choice(kinds)(desk):
                self.told.edits += 1
                self._tell(told)

    def _go_on(self) -> None:
        """Between a disturbed sync and the next, people may work on, and hours pass."""
        if self._often(35):
            self._exact = False
            self.edit(self._chance.randint(1, 6), everything=self._full, jump=3 * HOUR)
            self._pass(self._chance.randint(0, 3) * HOUR)

    def _pass(self, jump: timedelta) -> None:
        self._world.advance(jump)
        self._tell(f"it is {self._world.now:%Y-%m-%d %H:%M} UTC")

    def lose(self) -> None:
        """Lose the working folder."""
        self._tell("the working folder is lost")
        if self.company.place.folder.exists():  # and was not lost before
            shutil.rmtree(self.company.place.folder)

    def crash(self) -> None:
        """End a sync at a named point, which one that loads nothing does not reach, or anywhere."""
        if self._often(60):
            at = self._chance.choice(POINTS)
            ended = dying(at, self._sync)
        else:
            after = self._chance.random() * self._seconds
            at, ended = f"{after:.1f} s", killed(after, self._sync)
        if ended in ENDED:
            self.told.crashes += 1
            self._tell(f"a sync died at {at}")

    def refuse(self) -> None:
        """Meet a burst of faults, which a sync survives, or ends with an error that says so."""
        met = self._gate.met
        answers, path = burst(self._chance, self.company.tracker)
        try:
            with self._gate.disturbed(answers, path):
                self._sync()
        except Exception as error:
            said = explained(error)
            if said is None or said[0] not in EXPECTED:
                raise
        finally:
            self.told.faults += self._gate.met - met
            self._tell(f"a sync met {self._gate.met - met} faults on {path or 'any path'}")

    def sync_a_part(self) -> None:
        """Read some resources or days only; what that leaves is owed to the next sync."""
        chance = self._chance
        if self._often(50):
            names = sorted(resource.name for resource in self.company.tracker.resources)
            resources = chance.sample(names, chance.randint(1, 6))
            self._tell(f"a sync of {', '.join(resources)}")
            self.company.sync(*resources)
            return
        since = self._world.now.date() - chance.randint(1, 90) * DAY
        until = since + chance.randint(1, 60) * DAY
        self._tell(f"a sync of {since} to {until}")
        self.company.sync(since=since, until=until)
        self._exact = False  # what left these days is noted as deleted, until it is found elsewhere

    def edit_under(self) -> None:
        """Edit between the pages that a sync reads; then all is read again."""
        self._full, self._exact = True, False
        answers: list[Answer] = [None] * 60
        for place in self._chance.sample(range(60), self._chance.randint(1, 6)):
            answers[place] = lambda: self.edit(1, everything=True)
        self._tell("while a sync is reading:")
        with self._gate.disturbed(answers):
            self._sync()

    def _jump(self) -> timedelta:
        """Draw how much time passes: hours, days, weeks, over New Year, or a long pause."""
        chance, now = self._chance, self._world.now
        new_year = datetime(now.year + 1, 1, 1, tzinfo=UTC) - now
        jumps = {
            chance.randint(1, 20) * HOUR: 35,
            chance.randint(1, 10) * DAY: 30,
            chance.randint(11, 60) * DAY: 15,
            new_year + chance.randint(-2, 30) * HOUR: 10,
            chance.randint(70, 150) * DAY: 10,
        }
        (jump,) = chance.choices(list(jumps), list(jumps.values()))
        return jump if now + jump < LAST else HOUR

    def _often(self, percent: float) -> bool:
        return self._chance.random() * 100 < percent

    def _tell(self, what: str) -> None:
        self.told.story.append(what)


@contextmanager
def living(seed: int, folder: Path) -> Iterator[History]:
    """Found a company in an empty folder; the rest is up to the same chance."""
    chance = random.Random(seed)
    with founded(seed, chance, folder) as company:
        yield History(seed, chance, company)


def tell(seed: int, rounds: int, folder: Path) -> Told:
    """Let a history happen, until the first round that breaks a promise."""
    with living(seed, folder) as history:
        told = history.told
        steps: list[Callable[[], None]] = [history.begin, *[history.round] * rounds]
        for step in steps:
            try:
                step()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no proof
                told.problems.append(f"{type(error).__name__}: {error}")
            if told.problems:
                break
        return told
