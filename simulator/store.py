"""Where the world keeps its rows: master data by name and id, entries in order of time."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from operator import itemgetter
from random import Random
from typing import Any, NamedTuple

from simulator.instants import epoch_of

Row = dict[str, Any]
TIME, LUMP_SUM, LUMP_SUM_SERVICE = 1, 2, 3

# Ranges lie apart: a key joined to the wrong table finds nothing.
FIRST_IDS = {
    "customers": 1201,
    "projects": 4301,
    "subprojects": 8801,
    "services": 61,
    "lump_sum_services": 21,
    "users": 301,
    "teams": 11,
    "absences": 20_001,
    "target_hours": 901,
    "nonbusiness_groups": 5,
    "nonbusiness_days": 101,
    "users_nonbusiness_groups": 401,
    "holidays_quota": 501,
    "holidays_carry": 601,
    "overtime_carry": 701,
    "overtime_reductions": 801,
    "access_groups": 31,
    "work_time_change_requests": 3001,
    "work_times": 1,
    "rates": 1,
    "company": 77,
}
# The first member owns the company, approves what is asked for and holds the key.
OWNER = FIRST_IDS["users"]
_since = itemgetter(0)
_since_and_id = itemgetter(0, 1)


@dataclass(slots=True)
class Entry:
    """One entry of any type; instants are seconds since 1970."""

    users_id: int
    customers_id: int
    time_since: int
    time_until: int | None
    time_insert: int
    id: int = 0
    type: int = TIME
    projects_id: int | None = None
    subprojects_id: int | None = None
    billable: int = 1
    texts_id: int | None = None
    text: str | None = None
    time_last_change: int = 0
    test_data: bool = False
    services_id: int | None = None
    duration: int | None = None
    offset: int = 0
    time_last_change_work_time: int = 0
    time_clocked_since: int | None = None
    clocked: bool = False
    clocked_offline: bool = False
    hourly_rate: float = 0.0
    lumpsum: float = 0.0
    lumpsum_services_id: int | None = None
    lumpsum_services_amount: float = 0.0
    lumpsum_services_price: float = 0.0
    # What was written for readers already; each change of the entry empties it.
    rendered: dict[object, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def running(self) -> bool:
        """Whether the clock is still ticking."""
        return self.time_until is None

    def copy(self) -> "Entry":
        """Keep what the entry is like now; what was written of it stays with the entry itself."""
        return replace(self, rendered={})


class Change(NamedTuple):
    """What happened to an entry: it had no state before, or has none after."""

    instant: int
    before: Entry | None
    after: Entry | None


# What not every type of entry has, as it is where the type lacks it.
OF_SOME_TYPES: Row = {
    **dict.fromkeys(("services_id", "lumpsum_services_id", "duration", "time_clocked_since")),
    **dict.fromkeys(("clocked", "clocked_offline"), False),
    **dict.fromkeys(("offset", "hourly_rate", "lumpsum"), 0),
    **dict.fromkeys(("lumpsum_services_amount", "lumpsum_services_price"), 0),
}
Keyed = tuple[int, int, Entry]


class Entries:
    """Entries by id and in order of (time_since, id), so that a window is a slice."""

    def __init__(self) -> None:
        self.by_id: dict[int, Entry] = {}
        self.order: list[Keyed] = []
        self.next_id = 700_001

    def load(self, entries: Iterable[Entry]) -> None:
        """Add many at once; ids are given in order of insertion, as a live system does."""
        for entry in sorted(entries, key=lambda e: (e.time_insert, e.time_since, e.users_id)):
            entry.id, self.next_id = self.next_id, self.next_id + 1
            self.by_id[entry.id] = entry
        self.order = sorted((e.time_since, e.id, e) for e in self.by_id.values())

    def add(self, entry: Entry) -> int:
        """Add one under the next id."""
        entry.id, self.next_id = self.next_id, self.next_id + 1
        self.by_id[entry.id] = entry
        insort(self.order, (entry.time_since, entry.id, entry), key=_since_and_id)
        return entry.id

    def remove(self, entry: Entry) -> None:
        """Forget one; nothing remembers that it was there."""
        del self.by_id[entry.id]
        del self.order[self._place(entry)]

    def move(self, entry: Entry, time_since: int) -> None:
        """Give one another start and keep the order."""
        del self.order[self._place(entry)]
        entry.time_since = time_since
        insort(self.order, (entry.time_since, entry.id, entry), key=_since_and_id)

    def span(self, since: int, before: int) -> tuple[int, int]:
        """Positions of the entries that start in [since, before)."""
        low = bisect_left(self.order, since, key=_since)
        return low, max(low, bisect_left(self.order, before, key=_since))

    def between(self, since: int, before: int) -> list[Entry]:
        """Entries that start in [since, before)."""
        return self.at(*self.span(since, before))

    def at(self, low: int, high: int) -> list[Entry]:
        """Entries at these positions."""
        return [entry for _, _, entry in self.order[low:high]]

    def __iter__(self) -> Iterator[Entry]:
        return (entry for _, _, entry in islice(self.order, None))

    def __len__(self) -> int:
        return len(self.order)

    def _place(self, entry: Entry) -> int:
        return bisect_left(self.order, (entry.time_since, entry.id), key=_since_and_id)


class Ledger:
    """Everything that is known about the company, and the instant that is now."""

    timezone = "Europe/Berlin"
    currency = "EUR"

    def __init__(self, seed: int, since: date, now: datetime) -> None:
        self.seed = seed
        self.since = since
        self.now = now
        # Up to here the history is invented; what comes later is done to the company.
        self.opened_on = now.date()
        # What was done to entries since then.
        self.log: list[Change] = []
        # Grows with all that happens: what was worked out at an equal number still holds.
        self.version = 0
        self.tables: dict[str, dict[int, Row]] = {name: {} for name in FIRST_IDS}
        self.next_ids = dict(FIRST_IDS)
        self.entries = Entries()
        # The API never tells when somebody was archived, but reports have to end somewhere.
        self.archived: dict[int, date] = {}
        self.texts: dict[str, int] = {}
        self.rate_cache: dict[tuple[int | None, ...], float] = {}

    @property
    def now_epoch(self) -> int:
        """Now, in seconds since 1970."""
        return epoch_of(self.now)

    def past(self, *moments: int) -> int:
        """First of some moments that is past, else the last minute: what is to come is no stamp."""
        latest = self.now_epoch - 60
        return next((moment for moment in moments if moment <= latest), latest)

    def rows(self, name: str) -> list[Row]:
        """Rows of a table in order of id."""
        return list(self.tables[name].values())

    def add(self, name: str, /, **row: object) -> int:
        """Store a row under the next id of its table."""
        self.version += 1
        key, self.next_ids[name] = self.next_ids[name], self.next_ids[name] + 1
        # Rates may lack an id, and work times are known by person and date.
        self.tables[name][key] = row if name in {"rates", "work_times"} else {"id": key, **row}
        return key

    def record(self, before: Entry | None, after: Entry | None) -> None:
        """Log what happened to an entry."""
        self.version += 1
        self.log.append(Change(self.now_epoch, before, after and after.copy()))

    def text_id(self, text: str | None) -> int | None:
        """Give equal texts one id."""
        return None if text is None else self.texts.setdefault(text, 90_001 + len(self.texts))

    def chance(self, subject: str) -> Random:
        """Make a source of chance of its own for a subject: one more draw here moves none there."""
        return Random(f"{self.seed}/{subject}")
