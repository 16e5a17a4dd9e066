import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests

from simulator.clockify import ClockifyApp, Switches
from simulator.clockify_ids import hex_id, meaning, number_of, project_and_service, task_number
from simulator.instants import epoch_of, iso
from simulator.money import revenue_of
from simulator.server import serve
from simulator.store import TIME, Entry
from simulator.world import World
from tests.clockify_client import EVER, Client

BERLIN = ZoneInfo("Europe/Berlin")
QUIRIN, LISBON = hex_id("users", 322), hex_id("users", 314)
PAGED = ("users", "user-groups", "clients", "projects", "tags", "time-off/policies")


@pytest.fixture(scope="module")
def full() -> Iterator[Client]:
    app = ClockifyApp(World(seed=1))
    with serve(app) as url:
        yield Client(app, url)


@pytest.fixture
def small() -> Iterator[Client]:
    app = ClockifyApp(World(seed=1, years=0.1))
    with serve(app) as url:
        yield Client(app, url)


def work(world: World) -> list[Entry]:
    """Return the entries that Clockify knows, too."""
    return [e for e in world.entries if e.type == TIME and not e.test_data]


def test_every_second_and_cent_of_work_is_told(full: Client) -> None:
    """The report, its sums, the sums by month and the lists of each person say what the world says.

    A rate of 33.335 is told as 33.34; nothing else is rounded.
    """
    world, (totals, rows) = full.app.world, full.report()
    regular = {row["_id"]: row for row in rows if row["type"] == "REGULAR"}
    listed = {row["id"]: row for row in full.entries() if row["type"] == "REGULAR"}
    told = work(world)

    assert sorted(map(number_of, regular)) == sorted(e.id for e in told)
    assert regular.keys() == listed.keys()
    for entry in told:
        row, same = regular[hex_id("entries", entry.id)], listed[hex_id("entries", entry.id)]
        assert row["timeInterval"]["duration"] == entry.duration
        ends = [epoch_of(v) if (v := same["timeInterval"][k]) else None for k in ("start", "end")]
        assert ends == [entry.time_since, entry.duration and entry.time_since + entry.duration]
        assert epoch_of(row["timeInterval"]["start"]) == entry.time_since
        assert row["billable"] is same["billable"] is (entry.billable > 0)
        assert same["hourlyRate"]["amount"] == row["rate"] == round(entry.hourly_rate * 100 + 0.001)
        if entry.hourly_rate != 33.335:
            earned = revenue_of(world, entry, hard_too=True) if not done(world, entry) else None
            assert earned is None or row["amount"] / 100 == pytest.approx(earned, abs=1e-6)
    assert totals[0]["totalTime"] == sum(row["timeInterval"]["duration"] or 0 for row in rows)
    assert totals[0]["totalAmount"] == pytest.approx(sum(row["amount"] for row in rows))
    assert totals[0]["entriesCount"] == len(rows)

    filters = {"summaryFilter": {"groups": ["PROJECT", "MONTH"]}}
    groups = full.post("reports/summary", **EVER, **filters).json()["groupOne"]
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = row["projectId"] or "", row["timeInterval"]["start"][:7]
        sums[key] += row["timeInterval"]["duration"] or 0
    assert sums == {(g["_id"], m["_id"]): m["duration"] for g in groups for m in g["children"]}


def done(world: World, entry: Entry) -> bool:
    """Whether a completed fixed price moves the revenue: Clockify does not know the like."""
    project = world.tables["projects"].get(entry.projects_id or 0)
    return project is not None and project["revenue_factor"] not in {1, None}


def test_ids_tell_where_they_come_from() -> None:
    """Ids have 24 digits, grow with the number, and can be read again."""
    ids = [hex_id("entries", number) for number in (9, 10, 700_001)]

    assert ids == sorted(ids)
    assert {len(key) for key in ids} == {24}
    assert meaning(hex_id("projects", 4301, 2)) == ("projects", 2, 4301)
    assert hex_id("users", 301, 2) == hex_id("users", 301, 1)
    assert project_and_service(task_number(4301, 61)) == (4301, 61)
    assert meaning("no id at all") is None


@pytest.mark.parametrize("path", PAGED)
def test_pages_divide_the_list(path: str, small: Client) -> None:
    """Pages neither drop nor repeat, a header tells the last, and there is nothing behind it."""
    everything = small.get(path)
    pages = [small.ask(path, page_size=2, page=n) for n in range(1, -(-len(everything) // 2) + 1)]
    beyond = small.ask(path, page_size=2, page=99)

    assert [row for page in pages for row in page.json()] == everything
    assert [page.headers["Last-Page"] for page in pages][-2:] == ["false", "true"][-len(pages) :]
    assert (beyond.json(), beyond.headers["Last-Page"]) == ([], "true")
    # Who counts from 0 reads the first page twice; who writes pageSize gets the usual 50.
    assert small.get(path, page_size=2, page=0) == pages[0].json()
    assert small.get(path, pageSize=2) == everything
    small.app.switches.last_page = "absent"
    assert "Last-Page" not in small.ask(path).headers


def test_some_lists_repeat_for_ever(small: Client) -> None:
    """Holidays, custom fields and workspaces are given whole, whatever page is asked for."""
    for path in ("holidays", "custom-fields"):
        assert small.get(path, page=7, page_size=1) == small.get(path)
    both = [
        requests.get(f"{small.core}/workspaces?page={n}", headers=small.keys, timeout=9).json()
        for n in (1, 9)
    ]
    assert both[0] == both[1]
    assert [row["id"] for row in both[0]] == small.app.workspaces


def test_windows_are_wall_clocks(small: Client) -> None:
    """`start` and `end` are read again on the account's clock, and the start of an entry counts.

    So in Berlin a window begins an hour before the instant that is written, whatever its offset;
    a report in UTC takes it literally.
    """
    start = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    key = small.app.world.insert_entry(users_id=314, time_since=start, time_until=start)
    path, told = f"user/{LISBON}/time-entries", hex_id("entries", key)
    clock = start.astimezone(BERLIN).replace(tzinfo=UTC)

    def has(since: datetime, until: datetime) -> bool:
        bounds = {"start": since.isoformat(), "end": until.isoformat()}
        return told in {row["id"] for row in small.get(path, page_size=5000, **bounds)}

    second = timedelta(seconds=1)
    assert has(clock, clock + second)
    assert has(clock.astimezone(BERLIN), clock + second)
    assert not has(clock + second, clock + 99 * second)
    assert not has(clock - 99 * second, clock)
    for zone, moment in (("UTC", start), ("Europe/Berlin", clock), (None, clock)):
        body = {"dateRangeStart": iso(epoch_of(moment)), "timeZone": zone}
        _, rows = small.report(**body, dateRangeEnd=iso(epoch_of(moment) + 1))
        assert {row["_id"] for row in rows} == {told}
    small.app.switches = Switches(window="instant")
    assert has(start, start + second)
    assert not has(clock, clock + second)


def test_reports_speak_local_time(small: Client) -> None:
    """Instants of a report have the offset of its zone; the other host speaks UTC."""
    _, (row, *_) = small.report(timeZone="Asia/Kolkata")
    entry = small.get(f"time-entries/{row['_id']}")

    assert row["timeInterval"]["start"].endswith("+05:30")
    assert entry["timeInterval"]["start"].endswith("Z")
    assert epoch_of(row["timeInterval"]["start"]) == epoch_of(entry["timeInterval"]["start"])


def test_entries_come_newest_first_and_filtered(small: Client) -> None:
    """Lists have no sort but the start, newest first; clocks that tick have no end."""
    user = next(e.users_id for e in small.app.world.entries if e.running)
    path = f"user/{hex_id('users', user)}/time-entries"
    starts = [row["timeInterval"]["start"] for row in small.get(path, page_size=5000)]
    running = small.get(path, in_progress="true") + small.get("time-entries/status/in-progress")

    assert starts == sorted(starts, reverse=True)
    assert {row["timeInterval"]["end"] for row in running} == {None}
    assert {row["timeInterval"]["duration"] for row in running} == {None}
    assert {row["type"] for row in small.entries()} == {"REGULAR", "BREAK", "HOLIDAY", "TIME_OFF"}
    hydrated = small.get(path, page_size=1, hydrated="true")[0]
    assert {"project", "task", "tags", "user"} <= hydrated.keys()


def test_who_only_uses_the_kiosk_is_missing_unless_asked_for(small: Client) -> None:
    """A person without an account is in no list by default, though their time is there."""
    usual = {user["id"] for user in small.get("users")}
    both = small.get("users", account_statuses=["ACTIVE", "LIMITED"])
    (quirin,) = (user for user in both if user["id"] not in usual)

    assert len(both) == len(small.app.world.rows("users"))
    assert [quirin[k] for k in ("id", "status", "email", "settings")] == [
        QUIRIN,
        "LIMITED",
        None,
        None,
    ]
    assert small.get(f"user/{QUIRIN}/time-entries")
    small.app.switches = Switches(account_statuses="comma", limited_entries="refused")
    assert {u["id"] for u in small.get("users", account_statuses=["LIMITED", "ACTIVE"])} == {QUIRIN}
    assert small.ask(f"user/{QUIRIN}/time-entries").status_code == 403
    small.app.switches = Switches(account_statuses="repeated")
    assert small.ask("users", account_statuses="ACTIVE,LIMITED").status_code == 400


def test_what_changed_is_told_once(small: Client) -> None:
    """Created, updated and deleted: each in its list, by the rules for a span that saw several."""
    world, minute = small.app.world, timedelta(minutes=1)
    old = [e.id for e in work(world) if not e.running][:4]
    since = world.now
    world.edit_entry(old[0], text="Edited")
    world.delete_entry(old[1])
    world.change_type(old[2], 2)
    # What is typed in late is new all the same.
    new = world.insert_entry(users_id=303, time_insert=since - timedelta(days=9))
    world.advance(2 * minute)
    middle = world.now
    world.edit_entry(new, text="Edited as well")
    gone = world.insert_entry(users_id=303)
    world.delete_entry(gone)
    world.delete_entry(old[3])

    def told(since: datetime, until: datetime) -> list[list[int]]:
        bounds = {"type": "TIME_ENTRY", "start": iso(epoch_of(since)), "end": iso(epoch_of(until))}
        lists = [small.get(f"entities/{k}", **bounds) for k in ("created", "updated", "deleted")]
        return [[number_of(row["id"]) for row in rows] for rows in lists]

    world.advance(minute / 2)
    assert told(middle, world.now)[2] == []  # a minute late
    world.advance(minute)
    assert told(since, middle) == [[new], [old[0]], [old[1], old[2]]]
    assert told(middle, world.now) == [[], [new], [old[3]]]
    assert told(since, world.now) == [[new], [old[0]], [old[1], old[2], old[3]]]
    path, one = "entities/deleted", {"type": "TIME_ENTRY", "limit": 1}
    usual = small.get(path, type="TIME_ENTRY")
    assert (len(usual), usual[0]["document"]["type"]) == (3, "REGULAR")
    assert [small.get(path, **one, page=n) for n in (0, 1, 3)] == [usual[:1], usual[1:2], []]
    small.app.switches = Switches(feed_first_page=1, feed_rows="response")
    assert small.get(path, **one, page=1) == {"response": usual[:1]}


def test_edits_appear(small: Client) -> None:
    """Rows are written once, and again after each change of the entry or of a name in it."""
    world, count = small.app.world, len(small.report()[1])
    key = world.insert_entry(users_id=303, projects_id=4301, services_id=61, text="Kneading")
    path = f"time-entries/{hex_id('entries', key)}"

    assert len(small.report()[1]) == count + 1
    assert small.get(path) == small.get(path)
    assert small.get(path)["taskId"] == hex_id("tasks", task_number(4301, 61))
    world.bill_entry(key)
    world.edit("users", 303, name="Tessaly Brandneu")
    (row,) = (row for row in small.report()[1] if row["_id"] == hex_id("entries", key))
    assert row["userName"] == "Tessaly Brandneu"
    assert row["invoicingInfo"] == {"manuallyInvoiced": True}
    world.move_entry(key, datetime(2026, 9, 1, 6, tzinfo=UTC))
    assert small.get(path)["timeInterval"]["end"] == "2026-09-01T07:00:00Z"
    world.change_type(key, 2)
    assert small.ask(path).status_code == 400
    assert json.dumps(hex_id("expenses", key)) in small.ask("expenses").text
