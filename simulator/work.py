"""The entries of the company's history: what everybody did, day after day."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from simulator.capacity import Availability
from simulator.instants import day_of, days, wall
from simulator.money import rate_for
from simulator.names import TEXTS
from simulator.offers import Kind
from simulator.store import Entry, Ledger, Row

# Quiet summers, busy autumns, a short December.
SEASONS = (0.96, 1.0, 1.04, 1.0, 0.98, 0.98, 0.92, 0.9, 1.02, 1.05, 1.08, 0.94)
# People plan in quarters of an hour.
QUARTER = 900
MORNING, LONGEST_MORNING = 8 * 3600, 4 * 3600


def lucky(chance: Random, percent: float) -> bool:
    """Happen so often in a hundred."""
    return chance.random() * 100 < percent


class Worker:
    """One person at work: knows the calendar and which projects are open to them."""

    def __init__(self, ledger: Ledger, user: Row, kinds: dict[int, Kind]) -> None:
        self.ledger = ledger
        self.user = user
        self.zone: str = user["timezone"]
        self.chance = ledger.chance(f"work/{user['id']}")
        self.calendar = Availability(ledger, user["id"])
        self.services = [row["id"] for row in ledger.rows("services") if row["active"]]
        self.customers = [row["id"] for row in ledger.rows("customers") if not row["test_data"]]
        self.own = [p for p in kinds if not kinds[p].billable]
        self.portfolio = portfolio(ledger, user, kinds)

    def days(self) -> Iterator[tuple[date, float]]:
        """Days with work on them and how many hours there are to do."""
        until = min(self.calendar.exit, self.ledger.now.date())
        for day in days(self.calendar.start, until):
            hours = self.calendar.due(day).available
            if hours:
                yield day, hours * SEASONS[day.month - 1] * self.chance.uniform(0.85, 1.13)

    def history(self) -> Iterator[Entry]:
        """All entries up to now."""
        now = self.ledger.now_epoch
        for day, hours in self.days():
            clock = wall(self.zone, day, MORNING + self.chance.randrange(-4, 7) * QUARTER)
            lunch = clock + LONGEST_MORNING
            left = int(hours * 3600)
            # Less than five minutes are not worth an entry.
            while left > QUARTER // 3:
                # Half an hour off after four hours; then straight on to the end of the day.
                if clock >= lunch:
                    clock, lunch = clock + 2 * QUARTER, clock + 40 * QUARTER
                length = min(left, self.chance.randrange(3, 16) * QUARTER)
                # Today is not over: what would end later has not happened.
                if clock + length > now:
                    break
                yield self.entry(day, clock, clock + length)
                clock, left = clock + length, left - length

    def entry(self, day: date, since: int, until: int) -> Entry:
        """One block of work, clocked or typed in afterwards."""
        chance, past = self.chance, self.ledger.past
        clocked = lucky(chance, 62)
        # A clocked entry exists from its first second, others are typed in later.
        inserted = since if clocked else past(until + chance.randrange(40) * 3600, until)
        entry = Entry(
            users_id=self.user["id"],
            customers_id=0,
            time_since=since,
            time_until=until,
            time_insert=inserted,
            services_id=chance.choice(self.services),
            duration=until - since,
            clocked=clocked,
            clocked_offline=clocked and lucky(chance, 6),
            time_clocked_since=since if clocked else None,
        )
        changed = chance.randrange(1, 9 * 86_400) if lucky(chance, 12) else 0
        entry.time_last_change = past(max(inserted, until) + changed, max(inserted, until))
        entry.time_last_change_work_time = max(inserted, until) if clocked else inserted
        self.assign(entry, day)
        if lucky(chance, 0.4):
            # A pause taken off by hand: the duration is no longer end minus start.
            entry.offset = -300
            entry.duration = until - since + entry.offset
        return entry

    def assign(self, entry: Entry, day: date) -> None:
        """Choose customer, project and text, and take rate and billable from them."""
        chance = self.chance
        options = [p for p in self.portfolio if open_on(p, day)]
        if lucky(chance, 5):
            entry.customers_id = chance.choice(self.customers)
            entry.billable = int(lucky(chance, 80))
        else:
            own = lucky(chance, 17) or not options
            project = self.ledger.tables["projects"][chance.choice(self.own)] if own else None
            place(self.ledger, entry, project or chance.choice(options))
            entry.billable = int(entry.billable and lucky(chance, 92))
        if lucky(chance, 80):
            entry.text = chance.choice(TEXTS)
            if lucky(chance, 25):
                entry.text += f" #{chance.randrange(400)}"
            entry.texts_id = self.ledger.text_id(entry.text)
        entry.hourly_rate = rate_for(self.ledger, entry)


def place(ledger: Ledger, entry: Entry, project: Row) -> None:
    """Book an entry on a project, and on one of its parts where it has some."""
    entry.customers_id, entry.projects_id = project["customers_id"], project["id"]
    entry.billable = int(project["billable_default"])
    entry.test_data = project["test_data"]
    if project["count_subprojects"]:
        parts = [s["id"] for s in ledger.rows("subprojects") if s["projects_id"] == project["id"]]
        entry.subprojects_id = parts[entry.time_since // 3600 % len(parts)]


def open_on(project: Row, day: date) -> bool:
    """Whether work was still going on; a finished project was left a month before its deadline."""
    deadline = day_of(project["deadline"])
    return deadline is None or day <= deadline - timedelta(days=30)


def portfolio(ledger: Ledger, user: Row, kinds: dict[int, Kind]) -> list[Row]:
    """Projects of one person; each project is in the hands of three."""
    count = len(ledger.tables["users"])
    place_of_user = user["id"] - next(iter(ledger.tables["users"]))
    return [
        ledger.tables["projects"][project_id]
        for n, project_id in enumerate(p for p in kinds if kinds[p].billable)
        if place_of_user in {n % count, (n * 7 + 3) % count, (n * 5 + 11) % count}
        and not ledger.tables["projects"][project_id]["test_data"]
    ]


def fill(ledger: Ledger, kinds: dict[int, Kind]) -> list[Entry]:
    """Everybody's ordinary work."""
    found: list[Entry] = []
    for user in ledger.rows("users"):
        found += Worker(ledger, user, kinds).history()
    return found
