"""An entry that is turned into another type is told as if it had never been of the old one."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
import requests

from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.store import Entry, Row
from simulator.world import World

WINDOW = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2037-01-01T00:00:00Z"}
LIST = {"items_per_page": 1000, "enhanced_list": 1}
GROUPS = {"grouping[]": ["services_id", "lumpsum_services_id", "is_lumpsum"]}
KEPT = ("users_id", "customers_id", "projects_id", "subprojects_id", "text", "time_since")
HARDEST: dict[int, Callable[[Entry], object]] = {
    1: lambda e: e.type == 1 and e.clocked and e.time_until and e.billable == 0,
    2: lambda e: e.type == 2,
    3: lambda e: e.type == 3,
}


def own(world: World, entry: Entry, kind: int) -> Row:
    """Return what an entry has as one of this type, with the service it had, if it had one."""
    service, lump = entry.services_id or 61, world.tables["lump_sum_services"][21]
    kinds: dict[int, Row] = {
        1: {"services_id": service, "billable": entry.billable},
        2: {"services_id": service, "lumpsum": 100.0, "billable": max(1, entry.billable)},
        3: {
            "lumpsum_services_id": lump["id"],
            "lumpsum_services_amount": 1.0,
            "lumpsum_services_price": lump["price"],
            "billable": max(1, entry.billable),
        },
    }
    return kinds[kind]


@pytest.mark.parametrize(("old", "new"), list(permutations((1, 2, 3), 2)))
def test_a_changed_entry_is_told_like_one_that_was_always_of_its_type(old: int, new: int) -> None:
    """In the list, in filters and in groups, with no field, name or money of the old type."""
    world = World(seed=1, years=0.25)
    app = ClockodoApp(world)
    headers = {"X-ClockodoApiUser": app.user, "X-ClockodoApiKey": app.key}
    headers |= {"X-Clockodo-External-Application": "tests;tests@quarzwerk.example"}
    changed = next(e for e in world.entries if HARDEST[old](e))
    kept = {name: getattr(changed, name) for name in KEPT}
    twin = world.insert_entry(type=new, **kept, **own(world, changed, new))
    with serve(app) as url:

        def told(path: str, **params: Any) -> Row:  # noqa: ANN401 - any query
            answer = requests.get(url + path, WINDOW | params, headers=headers, timeout=9)
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        def both(**params: object) -> list[Row]:
            rows = told("/v2/entries", **LIST, **params)["entries"]
            return [row for row in rows if row["id"] in {changed.id, twin}]

        assert len(both()) == 2
        world.change_type(changed.id, new)

        one, other = ({**row, "id": 0, "time_insert": 0} for row in both())
        assert one == other
        assert one["type"] == new
        for column in ("services_id", "lumpsum_services_id"):
            expected = 2 if column in own(world, changed, new) else 0
            assert len(both(**{f"filter[{column}]": one.get(column, 21)})) == expected
        assert told("/v2/entrygroups", **GROUPS)["groups"]
