"""Where a company is edited by chance: what may be touched, and picks from it."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from simulator.instants import epoch_of, iso
from simulator.store import OWNER, Entry, Row
from simulator.world import World

DAY = 86_400
TEXTS = (
    "Ümläute, 'quotes', \"more\" and a snowman ☃",
    "100 % of {braces}, %s and \\N",
    "[draft] two\nlines",
    " padded\t",
    "NULL",
    "long " * 400,
    "",
)


@dataclass
class Desk:
    """Edits come from here.

    `first`: nothing before is read at all. `since`: what began before is left alone, because the
    next sync does not promise to see it. `until`: nothing is planned for later, because no sync
    has read that far yet. `everything`: the next sync reads all history, so names and old rules
    may change as well. `seen`: entries that a sync has read; another one would not be missed if
    it went elsewhere.
    """

    world: World
    chance: Random
    first: datetime
    since: datetime
    until: datetime
    everything: bool
    seen: Container[int]
    last: int = 0

    def entry(self, *kinds: int, running: bool = False) -> Entry | None:
        """Pick an entry of these types; at times the one that was picked last."""
        begin, end = epoch_of(self.since), epoch_of(self.until)
        found = [
            e
            for e in self.world.entries
            if e.type in kinds and e.running is running and (running or begin <= e.time_since < end)
        ]
        if not found:
            return None
        again = [e for e in found if e.id == self.last]
        one = again[0] if again and self.often(20) else self.chance.choice(found)
        self.last = one.id
        return one

    def row(self, table: str, fits: Callable[[Row], object] = lambda _: True) -> Row | None:
        """Pick a row of master data; never the owner, whose key reads everything."""
        found = [
            r
            for r in self.world.rows(table)
            if fits(r) and not (table == "users" and r["id"] == OWNER)
        ]
        return self.chance.choice(found) if found else None

    def key(self, table: str) -> int:
        """Pick the id of any row of a table that is never empty."""
        return self.chance.choice(list(self.world.tables[table]))

    def often(self, percent: float) -> bool:
        """Happen so often in a hundred."""
        return self.chance.random() * 100 < percent

    def anywhere(self) -> int:
        """Pick any instant that is read at all, at times exactly on the border of a month."""
        return self._between(self.first, self.until)

    def moment(self) -> int:
        """Pick an instant that the next sync promises to see."""
        return self._between(self.since, self.until)

    def day(self) -> date:
        """Pick a past day that the next sync promises to see."""
        passed = min(700, (self.world.now - self.since) // timedelta(days=1))
        return self.world.now.date() - timedelta(days=self.chance.randint(0, max(0, passed - 1)))

    def text(self) -> str:
        """Pick a text that a careless loader stumbles over."""
        return self.chance.choice(TEXTS)

    def number(self, most: float) -> float:
        """Pick a number with a fraction that binary notation can or cannot write."""
        return round(self.chance.uniform(0, most), self.chance.choice((0, 1, 2, 4)))

    def _between(self, first: datetime, last: datetime) -> int:
        if self.often(60):  # most of what is edited is young
            first = max(first, self.world.now - timedelta(days=90))
            last = self.world.now
        found = self.chance.randint(epoch_of(first), epoch_of(last))
        zone = ZoneInfo(self.world.timezone)
        month = datetime.fromtimestamp(found, zone).replace(day=1, hour=0, minute=0, second=0)
        border = epoch_of(month) - self.chance.choice((0, 0, 1))
        return border if self.often(15) and border >= epoch_of(first) else found


def named(entry: Entry) -> str:
    """Name an entry as the story of a history does."""
    return f"entry {entry.id} of type {entry.type} at {iso(entry.time_since)}"
