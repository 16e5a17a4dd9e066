"""The summary report: sums of the entries that the detailed one lists."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from simulator.clockify_entries import tags_of
from simulator.clockify_params import invalid, words
from simulator.clockify_report_rows import amount_of
from simulator.clockify_reports import find, money_of, required, totals_of, zone_of
from simulator.clockify_tenant import Tenant
from simulator.clockify_view import View
from simulator.clockify_work import TAGS
from simulator.store import Entry, Row
from simulator.written import encode

# Id and name of each group that an entry is in.
Groups = list[tuple[str, str]]
Grouping = Callable[[Tenant, Entry, datetime], Groups]
# Entries without a project and the like are a group, too.
NONE: Groups = [("", "")]
DEEPEST = 3


@dataclass
class Group:
    """Running sums."""

    name: str
    seconds: int = 0
    amount: float = 0.0
    below: dict[str, "Group"] = field(default_factory=dict)


def summary(view: View) -> bytes:
    """Answer with sums by up to three keys, each within the one before."""
    levels = words(required(view, "summaryFilter"), "groups")
    if not 0 < len(levels) <= DEEPEST or set(levels) - GROUPINGS.keys():
        raise invalid("Groups are not valid")
    found, zone, top = find(view, {}), ZoneInfo(zone_of(view)), dict[str, Group]()
    for entry in found.entries:
        moment = datetime.fromtimestamp(entry.time_since, zone)
        add(top, [GROUPINGS[level](view.tenant, entry, moment) for level in levels], entry)
    return encode({"totals": totals_of(view, found), "groupOne": rows(view, top)})


def add(level: dict[str, Group], keys: list[Groups], entry: Entry) -> None:
    """Add an entry to its groups on this level and below."""
    for key, name in keys[0] if keys else []:
        group = level.setdefault(key, Group(name))
        group.seconds += entry.duration or 0
        group.amount += amount_of(entry)
        add(group.below, keys[1:], entry)


def rows(view: View, level: dict[str, Group]) -> list[Row]:
    """Rows of one level, by name."""
    return [
        {
            "_id": key,
            "name": group.name,
            "duration": group.seconds,
            **money_of(view, group.amount, "amount"),
            **({"children": rows(view, group.below)} if group.below else {}),
        }
        for key, group in sorted(level.items(), key=lambda item: (item[1].name.lower(), item[0]))
    ]


def by_row(table: str, column: str, kind: str) -> Grouping:
    """Group by a row of the world."""

    def groups(tenant: Tenant, entry: Entry, _: datetime) -> Groups:
        row = tenant.world.tables[table].get(getattr(entry, column) or 0)
        return [(tenant.id(kind, row["id"]), row["name"])] if row else NONE

    return groups


def by_client(tenant: Tenant, entry: Entry, _: datetime) -> Groups:
    """Group by the client of the project."""
    client = tenant.client_of(entry)
    return [(tenant.id("clients", client["id"]), client["name"])] if client else NONE


def by_task(tenant: Tenant, entry: Entry, _: datetime) -> Groups:
    """Group by task."""
    service = tenant.world.tables["services"].get(entry.services_id or 0)
    task = tenant.task_of(entry)
    return [(task, service["name"])] if task and service else NONE


def by_tag(tenant: Tenant, entry: Entry, _: datetime) -> Groups:
    """Group by tag; an entry with two is in both groups."""
    return [(tenant.id("tags", n), TAGS[n]) for n in tags_of(entry)] or NONE


def by_date(form: str) -> Grouping:
    """Group by a stretch of the calendar in the zone of the report."""
    return lambda _, __, moment: [(moment.strftime(form),) * 2]


GROUPINGS: dict[str, Grouping] = {
    "CLIENT": by_client,
    "PROJECT": by_row("projects", "projects_id", "projects"),
    "USER": by_row("users", "users_id", "users"),
    "TASK": by_task,
    "TAG": by_tag,
    "WEEK": by_date("%G-W%V"),
    "DATE": by_date("%Y-%m-%d"),
    "MONTH": by_date("%Y-%m"),
    "TIMEENTRY": lambda _, entry, __: [(entry.text or "",) * 2],
}
