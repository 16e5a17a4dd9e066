"""One company told by two trackers: equal marts wherever both can say it, one series if moved."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from api_extract.run import Options
from pipelines.models import build_models
from pipelines.place import Place
from pipelines.sync import sync
from simulator.capacity import Availability
from simulator.clockify_ids import number_of
from simulator.money import is_hard
from simulator.server import serve
from simulator.store import LUMP_SUM, TIME
from simulator.world import World
from tests.trackers import CLOCKIFY, CLOCKODO, TRACKERS, Tracker

YEARS = 0.25
# What both trackers can say of the same entry; ids are the world's, names the members' own.
ENTRY = (
    *("user_id", "user_name", "team_name", "started_at", "started_on", "user_time_zone"),
    *("is_running", "duration_seconds", "hours", "is_billable", "billable_state"),
    *("billable_hours", "currency"),
)
# Work without a project has no customer where a project is what has one, nor a task.
OF_PROJECT = ("project_id", "project_name", "customer_id", "customer_name", "service_name")
# Only one tracker knows fixed prices, and only the other keeps rates in whole cents.
PRICED = ("hourly_rate", "revenue", "provisional_revenue", "standard_value", "effective_rate")
# Of people whose hours never changed and are equal on all workdays. Half a free day is told as
# half a day off, and overtime taken as time off, so of these only what they leave is compared.
CAPACITY = (
    *("team_name", "user_name", "has_begun", "contracted_hours", "unpaid_absence_hours"),
    *("gross_target_hours", "planned_absence_hours", "net_capacity_hours", "worked_hours"),
    *("billable_hours",),
)
UTILIZATION = (
    *("worked_hours", "billable_hours", "gross_target_hours", "net_capacity_hours"),
    *("net_capacity_utilization_percent", "gross_target_utilization_percent"),
    *("billable_share_percent", "total_utilization_percent"),
)
REVENUE = (
    *("entries", "hours", "billable_hours", "earned", "unbilled", "billed", "provisional"),
    *("standard_value", "effective_rate_of_billable_hours", "realization_percent"),
)


class Told(NamedTuple):
    """A warehouse of four accounts: all history by each tracker, and half of it by each."""

    world: World
    moved_at: datetime
    warehouse: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        return self.warehouse.execute(sql).fetchall()


def load(tracker: Tracker, world: World, folder: Path, account: str) -> Place:
    """Load a company into the one warehouse, under a label."""
    app = tracker.app(world)
    place = Place(tracker.name, account, folder / "both.duckdb")
    with serve(app) as url:
        sync(place, tracker.settings(app, url), Options(world.now), models=False)
    return place


def half(moved_at: datetime, *, later: bool) -> World:
    """Return the company with the entries from a moment on, or with those before it."""
    world, border = World(1, YEARS), int(moved_at.timestamp())
    for entry in [e for e in world.entries if (e.time_since >= border) is not later]:
        world.delete_entry(entry.id)
    return world


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder, world = tmp_path_factory.mktemp("both"), World(1, YEARS)
    moved_at = datetime(2026, 9, 30, 22, tzinfo=UTC)  # midnight in Berlin
    with pytest.MonkeyPatch.context() as quick:
        for tracker in TRACKERS.values():
            quick.setattr(tracker.limits, ())
        for tracker in TRACKERS.values():
            load(tracker, world, folder, "main")
        load(CLOCKODO, half(moved_at, later=False), folder, "moved")
        place = load(CLOCKIFY, half(moved_at, later=True), folder, "moved")
    assert build_models(place, world.now).failed == []
    with duckdb.connect(str(place.warehouse), read_only=True) as warehouse:
        warehouse.execute("set timezone = 'UTC'")
        yield Told(world, moved_at, warehouse)


def keyed(
    told: Told, table: str, key: tuple[str, ...], values: tuple[str, ...], where: str = "true"
) -> list[dict[tuple[Any, ...], tuple[Any, ...]]]:
    """Return rows by key, of each tracker; ids are the world's."""
    found = []
    for system in TRACKERS:
        columns = ", ".join((*key, *values))
        rows = told.rows(
            f"select {columns} from marts.{table} where account = 'main'"
            f" and source_system = '{system}' and ({where})"
        )
        names = (*key, *values)
        plain = [
            tuple(_plain(system, n, v) for n, v in zip(names, row, strict=True)) for row in rows
        ]
        found.append({row[: len(key)]: row[len(key) :] for row in plain})
        assert len(found[-1]) == len(rows), "that is no key"
    return found


def _plain(system: str, name: str, value: Any) -> Any:  # noqa: ANN401 - a cell of any type
    if value is None or not name.endswith("_id"):
        return value
    return number_of(value) if system == "clockify" else int(value)


def same(ours: dict[Any, Any], theirs: dict[Any, Any]) -> list[str]:
    """Return the first few differences."""
    differing = [k for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k)]
    return [f"{k}: {ours.get(k)} and {theirs.get(k)}" for k in sorted(differing, key=repr)[:5]]


def alike(world: World) -> list[int]:
    """Return the people whose hours never changed and are equal on all workdays, in one state."""
    found = []
    for user in world.rows("users"):
        calendar = Availability(world, user["id"])
        hours = {row[day] for row in calendar.targets if row["type"] == "weekly" for day in DAYS}
        moved = [r for r in world.rows("users_nonbusiness_groups") if r["users_id"] == user["id"]]
        if len(calendar.targets) == 1 and len(hours - {0}) == 1 and len(moved) == 1:
            found.append(user["id"])
    return found


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def test_entries_are_equal(told: Told) -> None:
    """Each entry of time, whoever tells it: people, days, seconds, what is billable or billed."""
    ours, theirs = keyed(told, "fct_time_entries", ("entry_id",), ENTRY, "entry_kind = 'time'")

    assert len(ours) == sum(e.type == TIME and not e.test_data for e in told.world.entries)
    assert same(ours, theirs) == []


def test_entries_of_projects_are_equal(told: Told) -> None:
    """Where there is a project: what it is, whose it is, and which service it was."""
    where = "entry_kind = 'time' and project_id is not null"
    ours, theirs = keyed(told, "fct_time_entries", ("entry_id",), OF_PROJECT, where)

    assert len(ours) > 1_000
    assert same(ours, theirs) == []


def test_money_is_equal(told: Told) -> None:
    """Rates and revenue of all work that is neither at a fixed price nor at parts of a cent."""
    where = f"entry_kind = 'time' and {_priced(told)}"
    ours, theirs = keyed(told, "fct_time_entries", ("entry_id",), PRICED, where)

    assert len(ours) > 1_000
    assert same(ours, theirs) == []


def _priced(told: Told) -> str:
    """Return the condition for projects that both trackers price alike."""
    fixed = {p["id"] for p in told.world.rows("projects") if is_hard(p)}
    odd = {e.projects_id for e in told.world.entries if (e.hourly_rate * 100) % 1}
    names = [p["name"] for p in told.world.rows("projects") if p["id"] in fixed | odd]
    listed = ", ".join(f"'{name.replace(chr(39), 2 * chr(39))}'" for name in names)
    return f"coalesce(project_name, '') not in ({listed})"


def test_revenue_reports_are_equal(told: Told) -> None:
    """By month, person, project and service, for the same projects, where no lump sum is in it."""
    key = ("user_id", "project_id", "service_name", "month")
    where = f"project_id is not null and service_id not like 'lump%' and {_priced(told)}"
    names = {service["id"]: service["name"] for service in told.world.rows("services")}
    lump = {
        (e.users_id, e.projects_id, names[e.services_id])
        for e in told.world.entries
        if e.type == LUMP_SUM and e.services_id
    }
    ours, theirs = (
        {k: v for k, v in rows.items() if k[:3] not in lump}
        for rows in keyed(told, "rpt_revenue", key, REVENUE, where)
    )

    assert len(ours) > 200
    assert same(ours, theirs) == []


def test_capacity_is_equal(told: Told) -> None:
    """Of people with plain hours, from their first entry on: what was agreed, and what is left."""
    people, work = alike(told.world), [e for e in told.world.entries if e.type == TIME]
    first = {u: min(e.time_since for e in work if e.users_id == u) for u in people}
    since = {u: datetime.fromtimestamp(at, UTC).date() for u, at in first.items()}
    ours, theirs = (
        {k: v for k, v in rows.items() if k[0] in since and k[1] > since[k[0]]}
        for rows in keyed(told, "fct_capacity_days", ("user_id", "date_day"), CAPACITY)
    )

    assert len(people) > 8
    assert len(ours) > 1_000
    assert same(ours, theirs) == []


def test_utilization_is_equal(told: Told) -> None:
    """Of the same people, in each whole month: every figure that both can give."""
    people = alike(told.world)
    where = "level = 'person' and period = 'month' and period_starts_on > '2026-08-01'"
    ours, theirs = (
        {k: v for k, v in rows.items() if k[0] in people}
        for rows in keyed(
            told, "rpt_utilization", ("user_id", "period_starts_on"), UTILIZATION, where
        )
    )

    assert len(ours) > 20
    assert same(ours, theirs) == []


def test_a_company_that_moved_has_one_series(told: Told) -> None:
    """Half of its history in each tracker adds up, month by month, to all of it in one."""
    hours = """
        select cast(date_trunc('month', started_on) as date) as month, sum(duration_seconds),
            sum(billable_hours), sum(revenue) filter (where {where})
        from marts.fct_time_entries
        where entry_kind = 'time' and account = '{account}' and source_system in ({systems})
        group by 1 order by 1
    """
    where = _priced(told)
    whole = told.rows(hours.format(account="main", systems="'clockodo'", where=where))
    moved = told.rows(hours.format(account="moved", systems="'clockodo', 'clockify'", where=where))

    assert len(whole) > 3
    assert moved == whole


def test_a_company_that_moved_has_its_capacity_once(told: Told) -> None:
    """It changes over on the day of the first entry in the new tracker."""
    days = """
        select source_system, min(date_day), max(date_day), sum(net_capacity_hours)
        from marts.fct_capacity_days
        where account = '{}' and is_employed group by 1 order by 1 desc
    """
    (_, since, _, _), (_, later, until, _) = told.rows(days.format("moved"))
    (old_until,) = told.rows(
        "select max(date_day) from marts.fct_capacity_days where account = 'moved' and is_employed"
        " and source_system = 'clockodo'"
    )[0]

    assert later == (told.moved_at + timedelta(days=1)).date()
    assert (later - old_until).days == 1
    assert since < old_until < until
