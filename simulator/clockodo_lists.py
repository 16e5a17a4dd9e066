"""The lists of master data: one declaration each."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator import clockodo_rows as rows
from simulator.clockodo_params import Params, Refused, wrong
from simulator.clockodo_view import View, forbidden, not_found, page_of
from simulator.store import Row
from simulator.written import encode

Test = Callable[[Row], bool]
Filter = Callable[[View, str], Test | None]
BY_NAME = ("id", "name")
BY_STATE = (*BY_NAME, "active")


def flag(column: str) -> Filter:
    """Filter by a truth value."""

    def build(view: View, name: str) -> Test | None:
        wanted = view.params.flag(name)
        return None if wanted is None else lambda row: row[column] is wanted

    return build


def keys(column: str, largest: int = 2**63) -> Filter:
    """Filter by one key or several; 0 asks for rows without one."""

    def build(view: View, name: str) -> Test | None:
        wanted = view.params.numbers(name)
        if wanted and max(wanted) > largest:
            raise wrong(name)
        return None if wanted is None else lambda row: (row[column] or 0) in wanted

    return build


def fulltext(view: View, name: str) -> Test | None:
    """Search in names and numbers."""
    text = (view.params.get(name) or "").lower()
    return (lambda r: text in f"{r['name']} {r['number']}".lower()) if text else None


def years(since: str, until: str) -> Filter:
    """Filter by years that a span of dates or years touches."""

    def build(view: View, name: str) -> Test | None:
        wanted = view.params.numbers(name)
        if wanted is None:
            return None

        def touches(row: Row) -> bool:
            first, last = (str(row[key] or "9999")[:4] for key in (since, until))
            return any(int(first) <= year <= int(last) for year in wanted)

        return touches

    return build


def of_users(match: Callable[[Row], object]) -> Callable[[View, set[int]], Test]:
    """Filter by something about the person of a row."""

    def build(view: View, wanted: set[int]) -> Test:
        fitting = {u["id"] for u in view.world.rows("users") if (match(u) or 0) in wanted}
        return lambda row: row["users_id"] in fitting

    return build


def teams(view: View, name: str) -> Test | None:
    """Filter by the team of the person."""
    wanted = view.params.numbers(name)
    return None if wanted is None else of_users(lambda u: u["teams_id"])(view, wanted)


def users_active(view: View, name: str) -> Test | None:
    """Filter by whether the person is still there."""
    wanted = view.params.flag(name)
    return None if wanted is None else of_users(lambda u: u["active"])(view, {wanted})


def since_day(view: View, name: str) -> Test | None:
    """Filter by the first date."""
    first = view.params.day(name) if name in view.params else None
    return (lambda row: row["date"] >= first) if first else None


def until_day(view: View, name: str) -> Test | None:
    """Filter by the last date, or by the day after it: whether it counts is not documented."""
    last = view.params.day(name) if name in view.params else None
    counts = view.switches.until == "inclusive"
    return (lambda row: row["date"] < last or (counts and row["date"] == last)) if last else None


@dataclass(frozen=True)
class Listing:
    """One list: its table, what may be asked, and how large a page may be (0: no pages)."""

    table: str
    filters: dict[str, Filter] = field(default_factory=dict)
    largest: int = 0
    default: int = 50
    sorts: tuple[str, ...] = ()
    shape: Callable[[View, Row], Row] = rows.same
    person: str = ""
    envelope: str = "data"
    single: str = "data"
    needed: tuple[str, ...] = ()
    owners_only: bool = False
    scalar_sort: bool = True


STATE = {"filter[active]": flag("active"), "filter[fulltext]": fulltext}
DONE = {**STATE, "filter[completed]": flag("completed")}
OWN_AND_YEAR: dict[str, Filter] = {"users_id": keys("users_id"), "year": years("year", "year")}
QUOTA: dict[str, Filter] = {
    "users_id": keys("users_id"),
    "filter[users_id]": keys("users_id"),
    "year": years("year_since", "year_until"),
    "filter[year]": years("year_since", "year_until"),
}
ABSENCES: dict[str, Filter] = {
    "filter[year]": years("date_since", "date_until"),
    "filter[users_id]": keys("users_id"),
    "filter[teams_id]": teams,
    "filter[type]": keys("type", 15),
    "filter[status]": keys("status", 4),
    "filter[users_active]": users_active,
}
# Largest pages as documented; the defaults have been seen live or are guessed.
BIG, MIDDLE = 5000, 1000

LISTS = {
    "/v3/customers": Listing("customers", STATE, BIG, 1000, BY_STATE, rows.noted),
    "/v4/projects": Listing(
        "projects",
        {**DONE, "filter[customers_id]": keys("customers_id")},
        BIG,
        1000,
        BY_STATE,
        rows.project,
    ),
    "/v3/subprojects": Listing(
        "subprojects",
        {**DONE, "filter[projects_id]": keys("projects_id")},
        BIG,
        1000,
        BY_STATE,
        rows.subproject,
        scalar_sort=False,
    ),
    "/v4/services": Listing("services", STATE, BIG, 1000, BY_STATE, rows.noted),
    "/v4/lumpSumServices": Listing("lump_sum_services", STATE, BIG, 1000, BY_STATE, rows.noted),
    "/v4/rates": Listing("rates", owners_only=True),
    "/v3/users": Listing(
        "users",
        {**STATE, "filter[teams_id]": keys("teams_id")},
        MIDDLE,
        sorts=(*BY_STATE, "number", "role", "teams_name"),
        shape=rows.user,
    ),
    "/v3/teams": Listing("teams", {"filter[fulltext]": fulltext}, MIDDLE, sorts=BY_NAME),
    "/v4/absences": Listing("absences", ABSENCES, shape=rows.absence, person="users_id"),
    "/targethours": Listing(
        "target_hours",
        {"users_id": keys("users_id")},
        person="users_id",
        envelope="targethours",
        single="targethoursRow",
    ),
    "/v2/nonbusinessGroups": Listing("nonbusiness_groups", shape=rows.nonbusiness_group),
    "/v3/usersNonbusinessGroups": Listing(
        "users_nonbusiness_groups",
        {
            "filter[users_id]": keys("users_id"),
            "filter[nonbusiness_groups_id]": keys("nonbusiness_groups_id"),
        },
        MIDDLE,
        person="users_id",
    ),
    "/v2/holidaysQuota": Listing("holidays_quota", QUOTA, person="users_id"),
    "/v3/holidaysCarry": Listing("holidays_carry", OWN_AND_YEAR, person="users_id"),
    "/v3/overtimeCarry": Listing("overtime_carry", OWN_AND_YEAR, person="users_id"),
    "/v3/overtimeReductions": Listing(
        "overtime_reductions", {"users_id": keys("users_id")}, person="users_id"
    ),
    "/v2/workTimes": Listing(
        "work_times",
        {"users_id": keys("users_id"), "date_since": since_day, "date_until": until_day},
        MIDDLE,
        1000,
        person="users_id",
        envelope="work_time_days",
        needed=("users_id", "date_since", "date_until"),
    ),
    "/v2/workTimes/changeRequests": Listing(
        "work_time_change_requests",
        {
            "users_id": keys("users_id"),
            "teams_id": teams,
            "status": keys("status", 2),
            "date_since": since_day,
            "date_until": until_day,
        },
        MIDDLE,
        sorts=("id", "date"),
        person="users_id",
        envelope="change_requests",
    ),
    "/v2/accessGroups": Listing("access_groups"),
}


def list_rows(view: View, listing: Listing) -> bytes:
    """Answer with a list, or with one page of it; unknown parameters do nothing."""
    found = visible(view, listing)
    for name in listing.needed:
        view.params.need(name)
    for name, build in listing.filters.items():
        if name in view.params and (test := build(view, name)):
            found = [row for row in found if test(row)]
    found = ordered(view, listing, found)
    envelope = listing.envelope
    if envelope == "change_requests":
        envelope = view.switches.change_requests
    body: Row = {}
    if listing.largest:
        page = page_of(view, listing.largest, listing.default)
        body["paging"] = page.block(view, len(found))
        found = list(page.cut(found))
    return encode({**body, envelope: [listing.shape(view, row) for row in found]})


def one_row(view: View, listing: Listing, key: int) -> bytes:
    """Answer with one row by its id."""
    for row in visible(view, listing):
        if row.get("id") == key:
            return encode({listing.single: listing.shape(view, row)})
    raise not_found()


def visible(view: View, listing: Listing) -> list[Row]:
    """Rows of the table that the key may see; others are left out without a word."""
    if listing.owners_only and not (view.rights.owner and view.rights.money):
        raise forbidden()
    found = view.world.rows(listing.table)
    if listing.person:
        found = [row for row in found if view.sees_person(row[listing.person])]
    return found


def ordered(view: View, listing: Listing, found: list[Row]) -> list[Row]:
    """Sort by what is asked for, the last criterion first."""
    wanted = [w for value in view.params.lists.get("sort", []) for w in value.split(",") if w]
    if not listing.sorts or not wanted:
        return found
    if not is_accepted(view.params, listing, view):
        raise Refused(400, "The sort must be an array", "ValidationError", ("sort",))
    for criterion in reversed(wanted):
        name = criterion.removeprefix("-")
        if name not in listing.sorts:
            raise wrong("sort")
        found = sorted(found, key=sort_key(view, name), reverse=criterion.startswith("-"))
    return found


def is_accepted(params: Params, listing: Listing, view: View) -> bool:
    """Whether the form of the sort is one this endpoint takes; subprojects want an array."""
    scalar_is_fine = listing.scalar_sort or view.switches.scalar_sort_on_subprojects
    return scalar_is_fine or "sort" in params.arrays


def sort_key(view: View, name: str) -> Callable[[Row], tuple[bool, object]]:
    """Value to sort by; nothing comes last."""
    names = {team["id"]: team["name"] for team in view.world.rows("teams")}

    def value(row: Row) -> tuple[bool, object]:
        found = names.get(row["teams_id"]) if name == "teams_name" else row[name]
        return found is None, found or ""

    return value
