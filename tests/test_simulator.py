import copy
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest
import requests

from simulator.clockodo import ClockodoApp
from simulator.clockodo_settings import Switches
from simulator.instants import iso, local_day
from simulator.server import serve
from simulator.world import World

CLIENT = {"X-Clockodo-External-Application": "tests;tests@quarzwerk.example"}
ALWAYS = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2037-01-01T00:00:00Z"}
MONTH = {"time_since": "2026-10-01T00:00:00Z", "time_until": "2026-10-31T23:59:59Z"}
YEAR = {"time_since": "2025-06-01T00:00:00Z", "time_until": "2026-05-31T23:59:59Z"}
CALC = "calc_also_revenues_for_projects_with_hard_budget"

# What the world says beyond or against the official schema, and why it does.
DEVIATIONS = {
    ("EntryGroupV2", "restrictions"): "a live server sends [] or only the filters that are set",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "/v2/entries": {**MONTH, "items_per_page": 300},
    "/v2/entrygroups": {**MONTH, "grouping[]": ["customers_id", "projects_id", "month"]},
    "/v2/clock": {"users_id": 308},
    "/v3/customers": {},
    "/v4/projects": {},
    "/v3/subprojects": {},
    "/v4/services": {},
    "/v4/lumpSumServices": {},
    "/v4/rates": {},
    "/v3/users": {},
    "/v4/users/me": {},
    "/v2/aggregates/users/me": {},
    "/v3/teams": {},
    "/v4/absences": {},
    "/targethours": {},
    "/userreports": {"year": 2026, "type": 1},
    "/userreports/302": {"year": 2026, "type": 3},
    "/v2/nonbusinessGroups": {},
    "/v2/nonbusinessDays": {"year": 2025},
    "/v3/usersNonbusinessGroups": {},
    "/v2/usersNonbusinessDays": {"year": 2026},
    "/v2/holidaysQuota": {},
    "/v3/holidaysCarry": {},
    "/v3/overtimeCarry": {},
    "/v3/overtimeReductions": {},
    "/v2/workTimes": {"users_id": 302, "date_since": "2026-10-01", "date_until": "2026-11-30"},
    "/v2/workTimes/changeRequests": {},
    "/v2/accessGroups": {},
}


class Client:
    """Asks one app on one server."""

    def __init__(self, app: ClockodoApp, url: str) -> None:
        self.app = app
        self.url = url
        self.keys = {"X-ClockodoApiUser": app.user, "X-ClockodoApiKey": app.key}

    def ask(
        self,
        path: str,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> requests.Response:
        """Send one request, with the key unless told otherwise."""
        headers = self.keys | CLIENT if headers is None else headers
        return requests.get(self.url + path, params, headers=headers, auth=auth, timeout=10)

    def get(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take an answer that must be good."""
        answer = self.ask(path, params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def entries(self, **params: object) -> list[dict[str, Any]]:
        """Read all pages of enhanced entries."""
        page, found = 0, []
        while True:
            page += 1
            wanted = {**ALWAYS, "items_per_page": 1000, "page": page, "enhanced_list": 1}
            body = self.get("/v2/entries", wanted | params)
            found += body["entries"]
            if page >= body["paging"]["count_pages"]:
                return found


@pytest.fixture(scope="module")
def full() -> Iterator[Client]:
    app = ClockodoApp(World(seed=1))
    with serve(app) as url:
        yield Client(app, url)


@pytest.fixture
def small() -> Iterator[Client]:
    app = ClockodoApp(World(seed=1, years=0.1))
    with serve(app) as url:
        yield Client(app, url)


def strict(schema: object) -> object:
    """Close every object of a schema that lists its keys."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(part) for key, part in schema.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed


@pytest.mark.parametrize("path", ANSWERS)
def test_answers_are_as_officially_described(
    path: str, clockodo_openapi: Path, full: Client
) -> None:
    """With every right, answers have the documented keys and types and no others."""
    official = json.loads(clockodo_openapi.read_text())
    components = copy.deepcopy(official["components"])
    for schema, key in DEVIATIONS:
        components["schemas"][schema]["properties"][key] = {}
    content = official["paths"][path.replace("302", "{id}")]["get"]["responses"]["200"]["content"]
    body: dict[str, object] = {"allOf": [strict(content["application/json"]["schema"])]}
    body |= {"components": strict(components)}
    validator = jsonschema.Draft202012Validator(body)

    variants = [ANSWERS[path]]
    variants += [ANSWERS[path] | {"enhanced_list": 1}] if path == "/v2/entries" else []
    if path == "/userreports/302":
        variants.append({"year": 2026, "type": 4})
    for params in variants:
        errors = list(validator.iter_errors(full.get(path, params)))
        assert not errors, jsonschema.exceptions.best_match(errors)


def test_groups_are_sums_of_entries(full: Client) -> None:
    """Groups add up to the entries: by customer, project and local month, in time and money."""
    groups = full.get(
        "/v2/entrygroups",
        {**YEAR, CALC: "1", "grouping[]": ["customers_id", "projects_id", "month"]},
    )["groups"]
    expected: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0, 0.0])
    for entry in full.entries(**YEAR, **{CALC: 1}):
        start = int(datetime.fromisoformat(entry["time_since"]).timestamp())
        month = f"{local_day('Europe/Berlin', start):%Y%m}"
        key = str(entry["customers_id"]), str(entry["projects_id"] or 0), month
        expected[key][0] += entry.get("duration") or 0
        expected[key][1] += entry["revenue"]

    told = {
        (str(c["group"]), str(p["group"]), m["group"]): (m["duration"], m["revenue"])
        for c in groups
        for p in c["sub_groups"]
        for m in p["sub_groups"]
    }
    assert told.keys() == expected.keys()
    for key, (duration, revenue) in told.items():
        assert duration == expected[key][0]
        assert revenue == pytest.approx(expected[key][1], abs=0.001)
    assert {p["group"] for c in groups for p in c["sub_groups"] if not int(p["group"])} == {0}
    durations = [c["duration"] for c in groups]
    assert durations == sorted(durations, reverse=True)


def test_revenue_follows_the_fixed_price(small: Client) -> None:
    """A fixed price earns nothing while open, then its budget, and the entries do not show why."""
    world = small.app.world
    project = next(p for p in world.rows("projects") if p["name"] == "Stamp finder")
    for entry in [e for e in world.entries if e.projects_id == project["id"]]:
        world.delete_entry(entry.id)
    entry_id = world.insert_entry(
        projects_id=project["id"], duration=7 * 3600, hourly_rate=100.0, time_since=1_790_000_000
    )
    world.edit("projects", project["id"], budget=project["budget"] | {"amount": 350.0})
    params: dict[str, Any] = {"filter[projects_id]": project["id"]}

    (opened,), (at_list_rate,) = small.entries(**params), small.entries(**params, **{CALC: 1})
    world.advance(timedelta(days=1))
    world.complete_project(project["id"])
    (completed,) = small.entries(**params)
    world.reopen_project(project["id"])
    (reopened,) = small.entries(**params)

    assert [e["revenue"] for e in (opened, at_list_rate, completed, reopened)] == [0, 700, 350, 0]
    assert completed["time_last_change"] == opened["time_last_change"]
    assert completed["id"] == entry_id


def test_pages_divide_the_list(small: Client) -> None:
    """Pages neither drop nor repeat; left out, the page holds 2500; an empty list has no pages."""
    world = small.app.world
    ids = [e["id"] for e in small.entries(items_per_page=997)]
    default = small.get("/v2/entries", ALWAYS)["paging"]
    nothing = small.get("/v4/projects", {"filter[customers_id]": 1})

    assert sorted(ids) == sorted(world.entries.by_id)
    assert (default["items_per_page"], default["count_items"]) == (2500, len(ids))
    assert (nothing["data"], nothing["paging"]["count_pages"]) == ([], 0)


def test_filters_of_entries_are_exact(small: Client) -> None:
    """Each filter leaves exactly the rows that meet it; 0 finds the rows without a project."""
    everything = small.entries()
    for column, value in (("projects_id", 0), ("users_id", 302), ("services_id", 61)):
        expected = [e["id"] for e in everything if (e.get(column) or 0) == value]
        assert [e["id"] for e in small.entries(**{f"filter[{column}]": value})] == expected
    both = small.entries(**{"filter[billable]": 12})
    assert [e["id"] for e in both] == [e["id"] for e in everything if e["billable"] in {1, 2}]


@pytest.mark.parametrize("order", ["ascending", "descending", "arbitrary"])
@pytest.mark.parametrize("window", ["start", "overlap"])
def test_every_reading_of_the_window(
    small: Client,
    window: Literal["start", "overlap"],
    order: Literal["ascending", "descending", "arbitrary"],
) -> None:
    """The open questions of the documentation can be answered either way."""
    world = small.app.world
    first = next(e for e in world.entries if e.duration and not e.test_data)
    edge, inside = iso(first.time_since), iso(first.time_since + 1)
    small.app.switches = Switches(window=window, order=order)

    def has(since: str, until: str) -> bool:
        return first.id in {e["id"] for e in small.entries(time_since=since, time_until=until)}

    assert has(edge, edge)
    assert has(inside, "2026-12-31T00:00:00Z") is (window == "overlap")
    small.app.switches.until = "exclusive"
    assert not has("2026-01-01T00:00:00Z", edge)
    starts = [e["time_since"] for e in small.entries()]
    assert (starts == sorted(starts)) is (order == "ascending")
    assert (starts == sorted(starts, reverse=True)) is (order == "descending")


def test_edits_appear(small: Client) -> None:
    """Insertions, changes, moves, stops, changes of type and deletions are told at once."""
    world = small.app.world

    def told(entry_id: int) -> dict[str, Any]:
        return dict(small.get(f"/v2/entries/{entry_id}")["entry"])

    entry_id = world.start_entry(303, text="Kneading")
    assert told(entry_id)["duration"] is None
    world.advance(timedelta(hours=2))
    world.stop_entry(entry_id)
    assert told(entry_id)["duration"] == 7200
    world.move_entry(entry_id, datetime(2026, 9, 1, 6, tzinfo=UTC))
    assert told(entry_id)["time_until"] == "2026-09-01T08:00:00Z"
    world.bill_entry(entry_id)
    assert told(entry_id)["billable"] == 2
    world.change_type(entry_id, 3)
    assert told(entry_id)["type"] == 3
    world.delete_entry(entry_id)
    assert small.ask(f"/v2/entries/{entry_id}").status_code == 404

    world.edit("customers", 1201, name="Quillbar & Daughters")
    assert "Quillbar & Daughters" in {e["customers_name"] for e in small.entries()}
    for resource, path in (("customers", "/v3/customers"), ("absences", "/v4/absences")):
        key = world.insert(resource)
        assert key in {row["id"] for row in small.get(path)["data"]}
        world.delete(resource, key)
        assert key not in {row["id"] for row in small.get(path)["data"]}
    world.change_target(302, date(2026, 11, 9), friday=0.0)
    rows = small.get("/targethours", {"users_id": 302})["targethours"]
    assert [(r["date_until"], r["friday"]) for r in rows] == [("2026-11-08", 8), (None, 0)]
    world.delete_user(304)
    assert all(e["users_id"] != 304 for e in small.entries())


def test_names_follow_the_language(full: Client) -> None:
    """Special days and groups have a name in each language."""
    keys = full.keys | CLIENT
    names = [
        full.ask(path, headers=keys | {"Accept-Language": language}).json()["data"][0]["name"]
        for path in ("/v2/nonbusinessDays", "/v2/nonbusinessGroups")
        for language in ("en", "de", "fr")
    ]

    assert names[:3] == ["New Year's Day", "Neujahr", "Jour de l'an"]
    assert names[3:] == ["Bavaria", "Bayern", "Bavière"]
