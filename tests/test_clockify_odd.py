"""Clockify as nobody promised it: answers, lists and settings at the edge."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pipelines.sync import Outcome
from simulator.clockify import Switches
from simulator.clockify_ids import hex_id
from simulator.clockify_view import View
from simulator.faults import Fault, rewritten, status
from simulator.store import TIME, Entry
from tests.conftest import Account
from tests.test_later import a_day_passes
from tests.trackers import CLOCKIFY, WORKSPACE

MakeAccount = Callable[..., Account]
Row = dict[str, Any]
Patch = pytest.MonkeyPatch
REPORT, USERS = f"{WORKSPACE}/reports/detailed", f"{WORKSPACE}/users"
LATELY = {"lookback_days": 2, "horizon_days": 1}
ODD_IDS = ("{}", "{0}", "%s", "a'b", "a\\b", "a/b?c#d", "ä", "")
ODD_TIMES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "?", 5, None)


@pytest.fixture
def paid(account: MakeAccount) -> Account:
    """Return the small company on a paid plan, with its first load done."""
    return account(CLOCKIFY, loaded=True)


@pytest.fixture
def lately(account: MakeAccount) -> Account:
    """Return three people on a paid plan, of whose entries only the last are read again."""
    made = few(account(CLOCKIFY))
    made.sync("time_entries", "invoices", setting=LATELY)
    return made


def few(made: Account, people: int = 3) -> Account:
    """Return the company with so many people only, which was long ago."""
    for user in made.world.rows("users")[people:]:
        made.world.delete_user(user["id"])
    made.world.advance(timedelta(days=3))
    return made


def always(change: Callable[[Any], object]) -> list[Fault]:
    return [rewritten(change)] * 99


def resync(made: Account, *resources: str, **options: Any) -> Outcome:  # noqa: ANN401 - as of sync
    """Sync when all requests are there again, and count those of this run only."""
    a_day_passes()
    made.app.reset()
    return made.sync(*resources, **options)


def asked(made: Account, part: str) -> int:
    return sum(number for path, number in made.app.counts.items() if part in path)


def work(made: Account, days: int = -10_000) -> list[Entry]:
    """Return what began so many days ago or earlier, oldest first."""
    before = made.world.now_epoch - days * 86_400
    entries = (e for e in made.world.entries if e.type == TIME and not e.test_data)
    return [entry for entry in entries if entry.time_since < before]


def is_whole(made: Account) -> bool:
    """Tell whether exactly those entries are held that people have made."""
    _, held = made.query("select id from clockify_raw.time_entries where type = 'REGULAR'")
    return sorted(held) == sorted((hex_id("entries", e.id),) for e in work(made))


def held(made: Account, entry: int, *columns: str) -> tuple[Any, ...]:
    """Return what is held of an entry, or nothing."""
    where = f"where id = '{hex_id('entries', entry)}'"
    _, rows = made.query(f"select {', '.join(columns)} from clockify_raw.time_entries {where}")
    return rows[0] if rows else ()


def test_a_list_that_does_not_tell_its_end_takes_a_request_more(account: MakeAccount) -> None:
    """A page after the last one is empty: nothing is cut into spans to find that out."""
    made = few(account(CLOCKIFY, switches=Switches(last_page="absent"), plan="FREE"))

    made.sync("time_entries")

    assert asked(made, "/user/") == 2 * 3
    assert is_whole(made)


def test_lists_of_many_pages_are_read_bit_by_bit(account: MakeAccount, monkeypatch: Patch) -> None:
    """When requests run out within a span, parts of it are kept, and the next run goes on."""
    made = few(account(CLOCKIFY, years=0.4, switches=Switches(oversized="capped"), plan="FREE"))
    monkeypatch.setattr(View.paged, "__defaults__", (50, 150))  # a month of one person's entries
    monkeypatch.setattr("clockify_source.api.PER_HOUR_ON_FREE_PLAN", 18)

    late = [resync(made, "time_entries", setting=LATELY).report.later for _ in range(3)]

    assert [bool(each) for each in late] == [True, True, False]
    assert is_whole(made)


@pytest.mark.long
def test_profiles_are_read_bit_by_bit(account: MakeAccount, monkeypatch: Patch) -> None:
    """Who was read stays read, and is not asked for again that day; nor is who has left."""
    made = few(account(CLOCKIFY, plan="FREE"), people=5)
    made.world.archive_user(made.world.rows("users")[4]["id"])
    monkeypatch.setattr("clockify_source.api.PER_HOUR_ON_FREE_PLAN", 9)

    found = [bool(resync(made, "member_profiles").report.later) for _ in range(2)]
    made.world.advance(timedelta(days=1))
    found += [bool(resync(made, "member_profiles").report.later) for _ in range(2)]

    assert found == [True, False, True, False]
    assert made.query("select count(*) from clockify_raw.member_profiles")[1] == [(5,)]
    assert asked(made, "/member-profile/") == 1


def test_a_report_of_small_pages_is_read_whole(paid: Account, monkeypatch: Patch) -> None:
    """Though it counts nothing."""
    paid.app.switches.oversized = "capped"
    monkeypatch.setattr("simulator.clockify_reports.LARGEST", 300)

    def change(told: Row) -> Row:
        return {"timeEntries": told["timeentries"], "totals": [None]}

    with paid.meeting(*always(change), path=REPORT):
        paid.sync("time_entries")

    assert is_whole(paid)


def test_a_report_that_counts_entries_and_shows_none_is_not_believed(paid: Account) -> None:
    """Nothing is deleted: lists are read instead, and it is told."""
    with paid.meeting(*always(lambda told: {**told, "timeentries": []}), path=REPORT):
        outcome = paid.sync("time_entries")

    assert outcome.report.notes[0].startswith("The detailed report cannot be read")
    assert is_whole(paid)


def test_running_clocks_may_be_refused(paid: Account) -> None:
    """The report is read all the same, and what nobody documented there is told of."""
    paid.app.rights.forbidden.add("/time-entries/status/in-progress")

    def change(told: Row) -> Row:
        return {**told, "timeentries": [{**row, "mood": "fine"} for row in told["timeentries"]]}

    with paid.meeting(*always(change), path=REPORT):
        outcome = resync(paid, "time_entries")

    assert asked(paid, "/user/") == 0
    assert outcome.report.notes[0].startswith("Clocks that run are known from reports only")
    assert outcome.report.undeclared == {"time_entries.mood"}
    assert is_whole(paid)


def test_amounts_of_an_entry_stay_as_long_as_it_does(paid: Account) -> None:
    """What lists do not tell is kept; of what has changed, it is not known any more."""
    same, moved = [e.id for e in work(paid, 5) if e.billable == 1 and e.projects_id][-2:]
    (before,) = held(paid, same, "amount")
    paid.world.edit_entry(same, text="Told otherwise")
    paid.world.edit_entry(moved, duration=60)
    paid.app.rights.forbidden.add("/reports/detailed")

    paid.sync("time_entries")

    assert held(paid, same, "description", "amount") == ("Told otherwise", before)
    assert held(paid, moved, "amount", "invoicing_info") == (None, "[]")


def test_a_refusal_nobody_documented_stops_its_own_list_only(paid: Account) -> None:
    """A plan's may be told in any words; so may that people of some state cannot be asked for."""
    with paid.meeting(status(400), path=f"{WORKSPACE}/holidays"):
        assert paid.sync("holidays").report.resources["holidays"].status == "missing"
    with paid.meeting(None, status(400), path=USERS):
        outcome = paid.sync("users")

    assert outcome.report.notes[0].startswith("People who are LIMITED cannot be listed")
    assert outcome.report.resources["users"].rows == 24


def test_the_feed_may_tell_anything(lately: Account) -> None:
    """Ids of any letters, instants of any year, and nothing at all."""
    told: list[Any] = [{"id": each, "timeEntryId": each} for each in ODD_IDS]
    told += [{"id": 7, "timeInterval": {"start": each}} for each in ODD_TIMES]
    told += [{}, {"document": None}, {"document": []}, {"timeInterval": None}]

    with lately.meeting(*always(lambda _: told), path=f"{WORKSPACE}/entities/updated"):
        assert lately.sync("time_entries", setting=LATELY).packages == 0


def edit_before(made: Account, days: int = 25) -> int:
    """Change an entry out of the look-back; return its number."""
    number = work(made, days)[5].id
    made.world.advance(timedelta(days=1))
    made.world.edit_entry(number, text="Long ago")
    made.world.advance(timedelta(hours=1))
    return number


def test_the_feed_may_count_its_pages_from_one(account: MakeAccount) -> None:
    """And refuse the page before, whatever its size."""
    made = few(account(CLOCKIFY, switches=Switches(feed_first_page=1)))
    made.world.advance(timedelta(days=35))  # nothing was created of late, to learn it from
    made.sync("time_entries", setting=LATELY)
    number = edit_before(made, days=60)

    with made.meeting(status(400), status(400), path=f"{WORKSPACE}/entities/updated"):
        made.sync("time_entries", setting=LATELY)

    assert held(made, number, "description") == ("Long ago",)


def test_more_than_is_worth_asking_for_makes_all_due(lately: Account, monkeypatch: Patch) -> None:
    """Then entries are read as if nobody had told anything."""
    number = edit_before(lately)
    monkeypatch.setattr("clockify_source.feed.MOST_REQUESTS", 1)

    resync(lately, "time_entries", setting=LATELY)

    assert asked(lately, "/entities/") == 1
    assert held(lately, number, "description") == ("Long ago",)


def test_what_came_and_went_between_two_runs_is_gone(lately: Account) -> None:
    """Though the feed tells nothing of it, and days may pass from run to run."""
    lately.world.advance(timedelta(days=2))
    number = lately.world.insert_entry(time_since=lately.world.now - timedelta(days=40))
    lately.world.advance(timedelta(hours=1))
    lately.sync("time_entries", setting=LATELY)
    assert held(lately, number, "type") == ("REGULAR",)

    lately.world.delete_entry(number)
    lately.world.advance(timedelta(days=9))
    lately.sync("time_entries", setting=LATELY)

    assert held(lately, number, "type") == ()


def test_a_day_on_which_nothing_happens_is_not_loaded(paid: Account) -> None:
    """Not even that it has passed, though profiles were read again and the feed was asked."""
    paid.world.advance(timedelta(days=1, hours=3))

    outcome = resync(paid)

    assert asked(paid, "/member-profile/") > 0 < asked(paid, "/entities/")
    assert outcome.packages == 0


def test_tasks_that_are_done_are_asked_for_once(paid: Account) -> None:
    """Where projects do not tell them; and never where they do."""
    paid.world.edit("services", paid.world.rows("services")[0]["id"], active=False)
    paid.app.switches.hydrated_tasks = "active"

    counts = [(resync(paid, "projects").packages, asked(paid, "/tasks")) for _ in range(2)]

    assert counts[0][1] > 0
    assert counts[1] == (0, 0)
    _, found = paid.query("""
        select distinct task_id from clockify_raw.time_entries where task_id is not null
        except select id from clockify_raw.tasks
    """)
    assert found == []


def test_an_invoice_marks_old_entries(lately: Account) -> None:
    """One that is new, has changed, or is gone; and nothing is asked for where none has."""
    lately.app.switches.feed = "refused"
    number = next(e.id for e in work(lately, 25) if e.billable == 1 and e.projects_id)
    told: list[object] = []
    for billable in (2, 1, 1):
        lately.world.edit_entry(number, billable=billable)
        outcome = resync(lately, "time_entries", "invoices", setting=LATELY)
        told.append((held(lately, number, "invoicing_info") == ("[]",), outcome.packages))

    assert told == [(False, 1), (True, 1), (True, 0)]
    assert asked(lately, "/invoices/") == 0


@pytest.mark.long
def test_an_invoice_that_a_narrower_run_has_seen_marks_entries_later(lately: Account) -> None:
    """Who loads invoices alone, or some days, does not hide from the next run what they tell."""
    lately.app.switches.feed = "refused"
    number = next(e.id for e in work(lately, 25) if e.billable == 1 and e.projects_id)
    for billable, narrow in ((2, {"since": lately.world.now.date()}), (1, {})):
        lately.world.edit_entry(number, billable=billable)
        resync(lately, "invoices", *(["time_entries"] if narrow else []), **narrow)

        resync(lately, "time_entries", "invoices", setting=LATELY)

        assert (held(lately, number, "invoicing_info") == ("[]",)) == (billable == 1)
