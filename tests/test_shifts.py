"""Lists that change while they are read: noticed, read again, else left as they were."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from clockify_source import by_report
from clockify_source.tables import BY_NAME, REPORTED
from pipelines.exits import Exit, explained
from simulator import faults
from simulator.clockodo import Switches
from simulator.faults import Outcome as Met
from tests.conftest import Account
from tests.trackers import CLOCKODO, TRACKERS, WORKSPACE, Tracker
from tests.truth import differences, of_entries, truth

MakeAccount = Callable[..., Account]
SmallPages = Callable[..., Account]
CUSTOMERS = {
    "clockodo": ("customers", "/v3/customers"),
    "clockify": ("clients", f"{WORKSPACE}/clients"),
}


@pytest.fixture(autouse=True)
def _without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pages are many, and the limits of a quarter of an hour are tried elsewhere."""
    for tracker in TRACKERS.values():
        monkeypatch.setattr(tracker.limits, ())


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> SmallPages:
    """Let at most so many rows be on a page, so that even short lists have many."""

    def make(company: Account, rows: int = 200) -> Account:
        if company.tracker is CLOCKODO:
            company.app.switches = Switches(largest_page=rows)
        else:
            monkeypatch.setattr(by_report, "REPORTED", replace(REPORTED, page_size=rows))
            short = replace(BY_NAME["clients"], page_size=rows)
            monkeypatch.setitem(BY_NAME, "clients", short)
        return company

    return make


def plain(company: Account, nth: int) -> int:
    """Return the n-th entry that can go without a trace."""
    usual = [e.id for e in company.world.entries if e.type == 1 and e.projects_id is None]
    return usual[nth]


def swap(company: Account, then: datetime | None = None) -> Callable[[], object]:
    """Delete what stands on the first page, and add to a later one; no count tells."""

    def edit() -> None:
        company.world.delete_entry(plain(company, 0))
        company.world.insert_entry(time_since=then or company.world.now)

    return edit


@pytest.mark.parametrize("call", [2, 3, 4])
def test_one_goes_while_another_comes(
    account: MakeAccount, small_pages: SmallPages, call: int
) -> None:
    """No count and no id gives it away, and yet the row that slipped between pages is not lost."""
    company = small_pages(account())
    with company.meeting(*[None] * (call - 1), swap(company), path="/v2/entries"):
        company.sync("entries")

    assert differences(company, of_entries(company)) == []


@pytest.mark.long
def test_a_company_that_never_rests_is_read_all_the_same(
    account: MakeAccount, small_pages: SmallPages, tracker: Tracker
) -> None:
    """Somebody works before each and every answer; spans get shorter until they fit a page."""
    company = small_pages(account(tracker))
    company.sync(tracker.entries)
    hours = [timedelta(hours=n) for n in range(400)]
    edits: list[Met] = [swap(company, company.world.now - ago) for ago in hours]

    with company.meeting(*edits, path=tracker.entries_path):
        met = company.sync(tracker.entries, full=True)

    assert met.report.resources[tracker.entries].status == "loaded"
    assert company.sync(tracker.entries).exit == Exit.DONE
    assert differences(company, of_entries(company)) == []


@pytest.mark.long
def test_what_will_not_settle_is_left_as_it_was(
    account: MakeAccount, small_pages: SmallPages
) -> None:
    """Pages that contradict each other delete nothing; it is told, and read by the next run."""
    company = small_pages(account(), 20)
    company.sync("entries")
    before = company.query("select * from clockodo_raw.time_entries order by id")
    company.world.delete_entry(plain(company, -5))
    odd: list[Met] = [faults.rewritten(_one_more)] * 3_000

    with company.meeting(*odd, path="/v2/entries"):
        left = company.sync("entries")

    assert left.exit == Exit.LOOK
    assert left.report.resources["entries"].status == "unsettled"
    assert "the list changed during each of 3 attempts" in left.troubles[0]
    assert company.query("select * from clockodo_raw.time_entries order by id") == before
    assert company.sync("entries").exit == Exit.DONE
    assert differences(company, of_entries(company)) == []


def test_a_year_that_would_not_settle_is_read_again_however_old(
    account: MakeAccount, small_pages: SmallPages
) -> None:
    """Its free days were to be read in full once; the next run, which looks back less far, does."""
    company = small_pages(account(years=0.1), 5)
    company.sync("users_nonbusiness_days")
    free = next(d for d in company.world.rows("nonbusiness_days") if "2025" in str(d))
    company.world.delete("nonbusiness_days", free["id"])
    odd: list[Met] = [faults.rewritten(_one_more)] * 200

    with company.meeting(*odd, path="/v2/usersNonbusinessDays"):
        assert company.sync("users_nonbusiness_days", full=True).exit == Exit.LOOK
    company.sync("users_nonbusiness_days")

    told = truth(company)["users_nonbusiness_days"]
    assert differences(company, {"users_nonbusiness_days": told}) == []


def test_lists_of_several_pages_count_when_two_readings_agree(
    account: MakeAccount, small_pages: SmallPages, tracker: Tracker
) -> None:
    """Customers carry no time of change, so that one reading alone proves nothing."""
    company, (name, path) = small_pages(account(tracker), 5), CUSTOMERS[tracker.name]

    def edit() -> None:
        customers = company.world.rows("customers")
        company.world.delete("customers", customers[0]["id"], force=True)
        company.world.insert("customers", name="Quittengarten & Söhne")

    with company.meeting(None, edit, path=path):
        company.sync(name)

    assert differences(company, {name: truth(company)[name]}) == []


def test_the_same_page_over_and_over_is_not_as_agreed(
    account: MakeAccount, small_pages: SmallPages
) -> None:
    """A server that does not know `page` is not taken for one whose list keeps changing."""
    company = small_pages(account(), 5)
    first: list[Met] = [None, *[faults.rewritten(_as_first)] * 50]

    with company.meeting(*first, path="/v3/customers"), pytest.raises(Exception) as caught:  # noqa: PT011 - dlt wraps ours
        company.sync("customers")

    said = (Exit.NOT_AS_AGREED, "GET /v3/customers: page 2 came as 1.")
    assert explained(caught.value) == said


def _one_more(answer: dict[str, dict[str, int]]) -> object:
    answer["paging"]["count_items"] += 1
    return answer


def _as_first(answer: dict[str, dict[str, int]]) -> object:
    answer["paging"]["current_page"] = 1
    return answer
