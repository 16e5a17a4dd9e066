"""The entries that are out of the ordinary: at night, planned, running, lump sums, samples."""

from collections.abc import Iterator
from datetime import date, timedelta

from simulator.instants import local_day, wall, wall_at_night
from simulator.money import rate_for
from simulator.names import BERLIN
from simulator.store import LUMP_SUM, LUMP_SUM_SERVICE, Entry, Ledger
from simulator.work import lucky, open_on, place

# Sundays on which Berlin had 23 or 25 hours.
CLOCK_CHANGES = ((2025, 3, 30), (2025, 10, 26), (2026, 3, 29), (2026, 10, 25))
# Days ahead: beyond the usual quarter, within a reader's horizon of a year.
FARTHEST = 300
RUNNING = 2
# Share of the history after which today's prices were charged.
PRICES_ROSE_AFTER = 0.5


def fill(ledger: Ledger, ordinary: list[Entry]) -> list[Entry]:
    """Add all of them to the ordinary work, and let two clocks tick."""
    let_run(ordinary)
    return [*ordinary, *nights(ledger), *planned(ledger), *samples(ledger), *lump_sums(ledger)]


def spanned(ledger: Ledger, users_id: int, since: int, until: int, project: int = 0) -> Entry:
    """Make an entry typed in when it was over, on the n-th project that is open."""
    day = local_day(ledger.timezone, since)
    usable = [p for p in ledger.rows("projects") if p["active"] and open_on(p, day)]
    inserted = ledger.past(until)
    entry = Entry(
        users_id=users_id,
        customers_id=0,
        time_since=since,
        time_until=until,
        time_insert=inserted,
        time_last_change=inserted,
        time_last_change_work_time=inserted,
        services_id=ledger.rows("services")[project % 6]["id"],
        duration=until - since,
    )
    place(ledger, entry, usable[project % len(usable)])
    entry.hourly_rate = rate_for(ledger, entry)
    return entry


def nights(ledger: Ledger) -> Iterator[Entry]:
    """Work over midnight every third week, and through each night of a clock change."""
    owl = next(u["id"] for u in ledger.rows("users") if u["name"].startswith("Sunniva"))
    today = ledger.now.date()
    for n in range((today - ledger.since).days // 20):
        since = wall(BERLIN, ledger.since + timedelta(days=20 * n + 3), 22 * 3600)
        yield spanned(ledger, owl, since, since + 3 * 3600 + 1800, n)
    for n, change in enumerate(CLOCK_CHANGES):
        sunday = date(*change)
        if ledger.since < sunday < today:
            since = wall_at_night(BERLIN, sunday - timedelta(days=1), 22, 30)
            yield spanned(ledger, owl, since, wall_at_night(BERLIN, sunday, 4), n)


def planned(ledger: Ledger) -> Iterator[Entry]:
    """Blocks entered ahead of time, as far as the longest plan goes."""
    users = [u["id"] for u in ledger.rows("users") if u["active"]]
    today = ledger.now.date()
    for n, ahead in enumerate((1, 2, 5, 6, 7, 9, 12, 20, 28, 41, 62, 90, 131, 180, 244, FARTHEST)):
        since = wall(ledger.timezone, today + timedelta(days=ahead), 9 * 3600)
        yield spanned(ledger, users[n % len(users)], since, since + 4 * 3600, n)


def let_run(ordinary: list[Entry]) -> None:
    """Turn the two entries that ended last into clocks that are ticking now."""
    for entry in sorted(ordinary, key=lambda e: e.time_until or 0)[-RUNNING:]:
        since = entry.time_since
        entry.time_until, entry.duration, entry.offset = None, None, 0
        entry.clocked, entry.clocked_offline, entry.time_clocked_since = True, False, since
        entry.time_insert = entry.time_last_change = entry.time_last_change_work_time = since


def samples(ledger: Ledger) -> Iterator[Entry]:
    """Demonstration rows, marked as such."""
    project = next(p for p in ledger.rows("projects") if p["test_data"])
    first = ledger.rows("users")[0]["id"]
    for n in range(5):
        since = wall(ledger.timezone, ledger.since + timedelta(days=14 + n), 13 * 3600)
        entry = spanned(ledger, first, since, since + 5400)
        place(ledger, entry, project)
        entry.hourly_rate = rate_for(ledger, entry)
        yield entry


def lump_sums(ledger: Ledger) -> Iterator[Entry]:
    """Amounts and priced pieces; the pieces keep the price of their day."""
    chance = ledger.chance("lump sums")
    services = ledger.rows("lump_sum_services")
    users = [u["id"] for u in ledger.rows("users")[:6]]
    last = (ledger.now.date() - ledger.since).days
    for offset in range(1, last + 40, 2):
        day = ledger.since + timedelta(days=offset)
        since = wall(ledger.timezone, day, 15 * 3600)
        entry = spanned(ledger, chance.choice(users), since, since, offset)
        # A moment, not a span: the end equals the start, since only a running clock has none.
        entry.duration, entry.hourly_rate, entry.billable = None, 0.0, 1
        if lucky(chance, 40):
            entry.type, entry.lumpsum = LUMP_SUM, chance.randrange(2, 90) * 12.5
        else:
            entry.type, entry.services_id = LUMP_SUM_SERVICE, None
            entry.lumpsum_services_amount = chance.choice((1, 2, 12, 2.5, 120))
            service = chance.choice(services)
            entry.lumpsum_services_id = service["id"]
            # The entry keeps the price of its day; the list of services only knows today's.
            older = offset < last * PRICES_ROSE_AFTER
            entry.lumpsum_services_price = round(service["price"] * (0.85 if older else 1), 4)
        yield entry
