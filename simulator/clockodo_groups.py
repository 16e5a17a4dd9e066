"""`/v2/entrygroups`: sums over entries, nested as asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from simulator.clockodo_entries import CALC, ID_FILTERS, conditions_of, window
from simulator.clockodo_params import wrong
from simulator.clockodo_view import View
from simulator.instants import local_day
from simulator.money import is_hard, revenue_of
from simulator.store import TIME, Entry, Row
from simulator.written import encode

TABLES = {
    "customers_id": "customers",
    "projects_id": "projects",
    "subprojects_id": "subprojects",
    "services_id": "services",
    "lumpsum_services_id": "lump_sum_services",
    "users_id": "users",
}
NONE = {
    "projects_id": ("No project", "Kein Projekt", "Aucun projet"),
    "subprojects_id": ("No subproject", "Kein Teilprojekt", "Aucun sous-projet"),
    "texts_id": ("No description", "Keine Beschreibung", "Sans description"),
}
NOTHING = ("None", "Ohne", "Aucun")
BILLABLE = (
    ("Not billable", "Nicht abrechenbar", "Non facturable"),
    ("Billable", "Abrechenbar", "Facturable"),
    ("Billed", "Abgerechnet", "Facturé"),
)
LUMP_SUM = (("Time", "Zeit", "Temps"), ("Lump sum", "Pauschale", "Forfait"))
PERIODS: dict[str, Callable[[date], str]] = {
    "year": lambda day: f"{day:%Y}",
    "month": lambda day: f"{day:%Y%m}",
    "week": lambda day: f"{day:%G%V}",
    "day": lambda day: f"{day:%Y%m%d}",
}
GROUPINGS = {*TABLES, *PERIODS, "texts_id", "billable", "is_lumpsum"}
FILTERS = [*ID_FILTERS, "teams_id", "billable", "budget_type", "text"]
DOCUMENTED = {"time_since", "time_until", "grouping", "round_to_minutes", CALC}
DOCUMENTED |= {"prepend_customer_to_project_name", *(f"filter[{name}]" for name in FILTERS)}


@dataclass
class Node:
    """Running sums of one group."""

    key: int | str
    sample: Entry
    duration: int = 0
    revenue: float = 0.0
    lump_sums: bool = False
    rates: set[float] = field(default_factory=set)
    revenues: set[tuple[bool, bool]] = field(default_factory=set)
    budget_used: bool = False
    below: dict[int | str, "Node"] = field(default_factory=dict)


def entry_groups(view: View) -> bytes:
    """Answer with the sums; unlike the lists this endpoint refuses what it does not know."""
    view.params.only(DOCUMENTED)
    view.params.need("grouping")
    levels = view.params.lists["grouping"]
    if not set(levels) <= GROUPINGS:
        raise wrong("grouping")
    conditions = conditions_of(view, grouping=True)
    if team := view.params.number("filter[teams_id]", 1):
        members = {u["id"] for u in view.world.rows("users") if u["teams_id"] == team}
        conditions.append(lambda e: e.users_id in members)
    entries = [e for e in window(view) if all(test(e) for test in conditions)]
    top = Adder(view, levels).add_all(entries)
    return encode({"groups": Teller(view, levels).tell(top, 0, restrictions(view))})


def restrictions(view: View) -> Row:
    """List the filters that are set."""
    return {
        "entriesTexts_id" if name == "texts_id" else name: int(value) if value.isdigit() else value
        for name in FILTERS
        if (value := view.params.get(f"filter[{name}]")) and name != "text"
    }


class Adder:
    """Adds entries to a tree of groups."""

    def __init__(self, view: View, levels: list[str]) -> None:
        self.world = view.world
        self.keys = [self.key_function(level) for level in levels]
        self.hard_too = bool(view.params.flag(CALC))
        self.step = 60 * (view.params.number("round_to_minutes") or 0)
        self.projects = self.world.tables["projects"]

    def key_function(self, level: str) -> Callable[[Entry], int | str]:
        """How an entry is assigned to a group; 0 is none. Periods are the company's local ones."""
        if level in PERIODS:
            zone, write = self.world.timezone, PERIODS[level]
            return lambda e: write(local_day(zone, e.time_since))
        if level == "is_lumpsum":
            return lambda e: int(e.type != TIME)
        return lambda e: getattr(e, level) or 0

    def add_all(self, entries: list[Entry]) -> dict[int | str, Node]:
        """Build the tree of sums."""
        top: dict[int | str, Node] = {}
        for entry in entries:
            revenue = revenue_of(self.world, entry, hard_too=self.hard_too)
            duration = self.rounded(entry.duration or 0)
            level = top
            for key_of in self.keys:
                key = key_of(entry)
                node = level.get(key)
                if node is None:
                    node = level[key] = Node(key, entry)
                self.add(node, entry, duration, revenue)
                level = node.below
        return top

    def rounded(self, duration: int) -> int:
        """Round each entry to the nearest step; money is not rounded with it."""
        return duration if not self.step else round(duration / self.step) * self.step

    def add(self, node: Node, entry: Entry, duration: int, revenue: float) -> None:
        """Add one entry to one group."""
        node.duration += duration
        node.revenue += revenue
        project = self.projects.get(entry.projects_id or 0)
        hard = project is not None and is_hard(project)
        node.budget_used |= hard
        if entry.type == TIME:
            # The rate that counts: after the factor, and 0 where nothing is earned.
            node.rates.add(round(revenue * 3600 / entry.duration, 4) if entry.duration else 0.0)
        else:
            node.lump_sums = True
        if revenue:
            node.revenues.add((hard, entry.billable > 1))


class Teller:
    """Turns sums into the rows of the answer."""

    def __init__(self, view: View, levels: list[str]) -> None:
        self.view = view
        self.levels = levels
        self.prepend = bool(view.params.flag("prepend_customer_to_project_name"))

    def tell(self, nodes: dict[int | str, Node], depth: int, limits: Row) -> list[Row]:
        """Rows of one level, the longest first."""
        ordered = sorted(nodes.values(), key=lambda n: (-n.duration, str(n.key)))
        return [self.row(node, depth, limits) for node in ordered]

    def row(self, node: Node, depth: int, limits: Row) -> Row:
        """One group; without the right to money the keys about it are absent."""
        level = self.levels[depth]
        row: Row = {
            "grouped_by": level,
            "group": self.group(level, node.key),
            "name": self.name(level, node),
            "duration": node.duration,
            "restrictions": limits or [],
        }
        if self.view.rights.money:
            row |= money_of(node)
        if depth + 1 < len(self.levels):
            # Each level repeats the keys above it.
            inner = limits | ({level: node.key} if level in TABLES else {})
            row["sub_groups"] = self.tell(node.below, depth + 1, inner)
        return row

    def group(self, level: str, key: int | str) -> int | str:
        """Write a key: mostly a string, but a number for a year and for none, as seen live."""
        if self.view.switches.group_keys == "number" or level == "year":
            return int(key)
        none = key == 0 and level not in {"billable", "is_lumpsum"}
        return 0 if none else str(key)

    def name(self, level: str, node: Node) -> str:
        """Name of a group in the reader's language."""
        language, key = self.view.language, node.key
        if level == "billable":
            return BILLABLE[int(key)][language]
        if level == "is_lumpsum":
            return LUMP_SUM[int(key)][language]
        if key == 0:
            return NONE.get(level, NOTHING)[language]
        if level not in TABLES:
            return (node.sample.text or "") if level == "texts_id" else str(key)
        return self.name_of_row(level, node)

    def name_of_row(self, level: str, node: Node) -> str:
        """Name of the row of master data behind a group."""
        name = str(self.view.world.tables[TABLES[level]][int(node.key)]["name"])
        if level == "projects_id" and self.prepend:
            customers = self.view.world.tables["customers"]
            return f"{customers[node.sample.customers_id]['name']}: {name}"
        return name


def money_of(node: Node) -> Row:
    """Build the keys about money; `budget` in their names means a fixed price."""
    equal = len(node.rates) == 1 and not node.lump_sums
    return {
        "revenue": round(node.revenue, 6),
        "budget_used": node.budget_used,
        "has_budget_revenues_billed": (True, True) in node.revenues,
        "has_budget_revenues_not_billed": (True, False) in node.revenues,
        "has_non_budget_revenues_billed": (False, True) in node.revenues,
        "has_non_budget_revenues_not_billed": (False, False) in node.revenues,
        "hourly_rate": next(iter(node.rates)) if equal else None,
        "hourly_rate_is_equal_and_has_no_lumpsums": equal,
    }
