"""`/v2/entries`: windows, filters, pages, and each row written once."""

from collections.abc import Callable, Sequence

import msgspec

from simulator.clockodo_params import wrong
from simulator.clockodo_view import View, forbidden, not_found, page_of
from simulator.instants import DAY, epoch_of, iso
from simulator.money import is_hard, revenue_of
from simulator.store import LUMP_SUM, LUMP_SUM_SERVICE, TIME, Entry, Row
from simulator.written import EntryWriter, encode, number

Test = Callable[[Entry], bool]
LARGEST_PAGE = 1000
ID_FILTERS = (
    *("users_id", "customers_id", "projects_id", "subprojects_id", "services_id"),
    *("lumpsum_services_id", "texts_id"),
)
# A filter value only, never stored.
BILLABLE_OR_BILLED = 12
CALC = "calc_also_revenues_for_projects_with_hard_budget"
BUDGET_TYPES: dict[str, Callable[[bool, bool, bool], bool]] = {
    "rep_filter_budget_strict": lambda _, hard, __: hard,
    "rep_filter_budget_strict_completed": lambda _, hard, done: hard and done,
    "rep_filter_budget_strict_incomplete": lambda _, hard, done: hard and not done,
    "rep_filter_budget_soft": lambda some, hard, _: some and not hard,
    "rep_filter_budget_soft_completed": lambda some, hard, done: some and not hard and done,
    "rep_filter_budget_soft_incomplete": lambda some, hard, done: some and not hard and not done,
    "rep_filter_budget_without": lambda some, _, __: not some,
    "rep_filter_budget_without_strict": lambda _, hard, __: not hard,
}
NAMES = {"customers": "customers_id", "projects": "projects_id"}
NAMES |= {"subprojects": "subprojects_id", "users": "users_id"}


def bounds(view: View) -> tuple[int, int]:
    """Read the window as a half-open span of seconds."""
    since, until = view.params.instant("time_since"), view.params.instant("time_until")
    readings = view.switches
    return since + (readings.since == "exclusive"), until + (readings.until == "inclusive")


def window(view: View) -> list[Entry]:
    """Entries of the window asked for, by the reading of it that is switched on."""
    since, before = bounds(view)
    entries = view.world.entries
    if view.switches.window == "start":
        return entries.between(since, before)
    now = view.world.now_epoch
    # An entry from before the window counts as long as its end lies inside.
    earlier = entries.between(0, since)
    reaching = [e for e in earlier if (now if e.time_until is None else e.time_until) > since]
    return reaching + entries.between(since, before)


def conditions_of(view: View, *, grouping: bool = False) -> list[Test]:
    """Every condition a row has to meet: rights first, then filters."""
    found: list[Test] = []
    customers, me = view.rights.customers, view.me
    if customers is not None:
        found.append(lambda e: e.customers_id in customers or e.users_id == me)
    for column in ID_FILTERS:
        wanted = view.params.number(f"filter[{column}]", int(grouping))
        if wanted is not None:
            found.append(id_test(column, wanted))
    if text := view.params.get("filter[text]"):
        found.append(lambda e: text.lower() in (e.text or "").lower())
    found += billable_tests(view, grouping=grouping)
    return found + budget_tests(view)


def id_test(column: str, wanted: int) -> Test:
    """Compare a key; 0 asks for rows without one."""
    return lambda entry: (getattr(entry, column) or 0) == wanted


def billable_tests(view: View, *, grouping: bool) -> list[Test]:
    """Filter by billing state; 12 stands for billable or billed and is no state itself."""
    wanted = view.params.number("filter[billable]")
    if wanted is None:
        return []
    if wanted not in ({0, 1, 2} if grouping else {0, 1, 2, BILLABLE_OR_BILLED}):
        raise wrong("filter[billable]")
    states = {1, 2} if wanted == BILLABLE_OR_BILLED else {wanted}
    return [lambda e: e.billable in states]


def budget_tests(view: View) -> list[Test]:
    """Filter by the kind of budget of the project."""
    wanted = view.params.get("filter[budget_type]")
    if not wanted:
        return []
    if wanted not in BUDGET_TYPES:
        raise wrong("filter[budget_type]")
    rows = view.world.rows("projects")
    kinds = {p["id"]: (bool(p["budget"]), is_hard(p), bool(p["completed"])) for p in rows}
    fits = BUDGET_TYPES[wanted]
    return [lambda e: fits(*kinds.get(e.projects_id or 0, (False, False, False)))]


def in_order(view: View, entries: list[Entry]) -> list[Entry]:
    """Order by the reading that is switched on; the arbitrary one is the same on each page."""
    order = view.switches.order
    if order == "arbitrary":
        return sorted(entries, key=lambda e: (e.id * 2_654_435_761) % 2**32)
    return entries[::-1] if order == "descending" else entries


def list_entries(view: View) -> bytes:
    """Answer with one page of entries."""
    page = page_of(view, LARGEST_PAGE, view.switches.default_page)
    enhanced = bool(view.params.flag("enhanced_list"))
    if enhanced and not view.rights.enhanced:
        raise forbidden()
    conditions = conditions_of(view)
    shown: Sequence[Entry]
    if not conditions and (view.switches.window, view.switches.order) == ("start", "ascending"):
        # The common case touches only the rows of the page.
        places = range(*view.world.entries.span(*bounds(view)))
        shown, count = [view.world.entries.order[n][2] for n in page.cut(places)], len(places)
    else:
        entries = [e for e in window(view) if all(test(e) for test in conditions)]
        shown, count = page.cut(in_order(view, entries)), len(entries)
    paging = msgspec.json.encode(page.block(view, count))
    rows = b",".join(map(Writer(view, enhanced=enhanced).bytes_of, shown))
    return b'{"paging":' + paging + b',"entries":[' + rows + b"]}"


def one_entry(view: View, entry_id: int) -> bytes:
    """Answer with one entry; like the list, it does not mention what the key may not see."""
    entry = view.world.entries.by_id.get(entry_id)
    if entry is None or not all(test(entry) for test in conditions_of(view)):
        raise not_found()
    row = Writer(view, enhanced=False).row(entry)
    return encode({"entry": row | {"text": entry.text}})


def clock(view: View) -> bytes:
    """Answer with a person's running entry and the one stopped last."""
    users_id = view.params.number("users_id") or view.me
    if not view.sees_person(users_id):
        raise forbidden()
    now = view.world.now_epoch
    # Who has not stopped a clock for more than a year never did.
    clocked = [
        e
        for e in view.world.entries.between(now - 400 * DAY, now + 1)
        if e.users_id == users_id and e.clocked
    ]
    writer = Writer(view, enhanced=False)
    running = next((writer.row(e) for e in clocked if e.running), None)
    stopped = next((writer.row(e) for e in reversed(clocked) if not e.running), None)
    stamp = iso(now).replace("Z", ".000Z")
    return encode({"running": running, "stopped": stopped, "current_time": stamp})


class Writer(EntryWriter):
    """Writes entries, plain or enhanced."""

    def __init__(self, view: View, *, enhanced: bool) -> None:
        self.world = view.world
        self.enhanced = enhanced
        self.money = view.rights.money
        self.me = view.me
        self.hard_too = bool(view.params.flag(CALC))
        self.text = enhanced or view.switches.text_in_plain
        self.offset = view.switches.offset
        self.touched = view.switches.completion_touches
        who = None if self.money else self.me
        hard_too = enhanced and self.hard_too
        self.variant = (enhanced, who, hard_too, self.text, self.offset, self.touched)

    def row(self, entry: Entry) -> Row:
        """One row by its type and the rights of the reader."""
        row = self.common(entry)
        if entry.type == TIME:
            row |= self.of_time(entry)
        elif entry.type == LUMP_SUM:
            row |= {"services_id": entry.services_id, "lumpsum": number(entry.lumpsum)}
        else:
            row["lumpsum_services_id"] = entry.lumpsum_services_id
            row["lumpsum_services_amount"] = number(entry.lumpsum_services_amount)
        return row | self.names_and_money(entry) if self.enhanced else row

    def common(self, entry: Entry) -> Row:
        """Build what every row has."""
        # The own value is known to everybody.
        hidden = not self.money and entry.users_id != self.me
        row = {
            "id": entry.id,
            "type": entry.type,
            "customers_id": entry.customers_id,
            "projects_id": entry.projects_id,
            "subprojects_id": entry.subprojects_id,
            "users_id": entry.users_id,
            "billable": -1 if hidden else entry.billable,
            "texts_id": entry.texts_id,
            "time_since": iso(entry.time_since),
            "time_until": None if entry.time_until is None else iso(entry.time_until),
            "time_insert": iso(entry.time_insert),
            "time_last_change": iso(max(entry.time_last_change, self.completion_of(entry))),
            "test_data": entry.test_data,
        }
        return row | ({"text": entry.text} if self.text else {})

    def completion_of(self, entry: Entry) -> int:
        """Tell when the project of an entry was completed, where that counts as a change of it."""
        project = (
            self.world.tables["projects"].get(entry.projects_id or 0) if self.touched else None
        )
        return epoch_of(project["completed_at"]) if project and project["completed_at"] else 0

    def of_time(self, entry: Entry) -> Row:
        """Build what only a time entry has."""
        since = entry.time_clocked_since
        row = {
            "services_id": entry.services_id,
            "duration": entry.duration,
            "time_last_change_work_time": iso(entry.time_last_change_work_time),
            "time_clocked_since": None if since is None else iso(since),
            "clocked": entry.clocked,
            "clocked_offline": entry.clocked_offline,
        }
        return row | ({"offset": entry.offset} if self.offset and entry.offset else {})

    def names_and_money(self, entry: Entry) -> Row:
        """Build what the enhanced list adds."""
        row: Row = {}
        for table, column in NAMES.items():
            row[f"{table}_name"] = self.name(table, getattr(entry, column))
        lump = entry.type == LUMP_SUM_SERVICE
        table = "lump_sum_services" if lump else "services"
        row["services_name"] = self.name(table, entry.lumpsum_services_id or entry.services_id)
        if self.money:
            row["revenue"] = number(revenue_of(self.world, entry, hard_too=self.hard_too))
            if entry.type == TIME:
                row["hourly_rate"] = number(entry.hourly_rate)
            elif lump:
                row["lumpsum_services_price"] = number(entry.lumpsum_services_price)
        return row

    def name(self, table: str, key: int | None) -> str | None:
        """Name behind a key."""
        return None if key is None else str(self.world.tables[table][key]["name"])
