"""Rows as Clockify nests them, and entries as its two ways of telling them."""

import json
from itertools import count
from typing import Any

import pyarrow as pa
import pytest

from api_extract.columns import Reader, loadable
from api_extract.difference import keep_known
from api_extract.errors import NotAsAgreed
from clockify_source.entries import tags_of
from clockify_source.nested import Stamp, reported_entries
from clockify_source.tables import BY_NAME, RESOURCES, TABLES

Row = dict[str, Any]
WS, OTHER = "64a687e29ae1f428e7ebe303", "64a687e29ae1f428e7ebe304"
INTERVAL = {"start": "2026-03-02T08:00:00Z", "end": "2026-03-02T10:54:00Z", "duration": "PT2H54M"}
IN_BERLIN = {"start": "2026-03-02T09:00:00+01:00", "end": "2026-03-02T11:54:00+01:00"}

ENTRY: Row = json.loads("""{
    "id": "e1", "workspaceId": "64a687e29ae1f428e7ebe303", "userId": "u1", "projectId": "p1",
    "taskId": "t1", "kioskId": null, "description": "Mill", "tagIds": ["g1", "g2"],
    "billable": true, "type": "REGULAR", "isLocked": false,
    "hourlyRate": {"amount": 4500, "currency": "EUR"}, "costRate": null,
    "customFieldValues": [{"customFieldId": "f1", "timeEntryId": "e1", "value": 5, "name": "n"}]
}""")
ENTRY["timeInterval"] = INTERVAL
REPORTED: Row = json.loads("""{
    "_id": "e1", "userId": "u1", "projectId": "p1", "taskId": "t1", "description": "Mill",
    "tagIds": ["g1", "g2"], "billable": true, "type": "REGULAR", "isLocked": false,
    "approvalRequestId": "a1", "rate": 4500, "amount": 13050, "clientId": "c1",
    "clientName": "Quarz", "projectName": "Quartz", "projectColor": "#9c27b0",
    "taskName": "Milling", "userName": "Eva", "userEmail": "eva@quarzwerk.example",
    "invoicingInfo": {"manuallyInvoiced": true}
}""")
REPORTED["timeInterval"] = IN_BERLIN | {"duration": 10440}

SPARSE = {column.name for column in TABLES["time_entries"].columns if column.sparse}
NO_ENTRIES = TABLES["time_entries"].schema.empty_table()

# A row of each list that nests others, and how many rows it makes in which tables.
NESTED: dict[str, tuple[Row, dict[str, int]]] = {
    "users": (
        json.loads("""{
            "id": "u1", "name": "Eva", "status": "ACTIVE", "settings": {"timeZone": "UTC"},
            "memberships": [{
                "userId": "u1", "targetId": "64a687e29ae1f428e7ebe303",
                "membershipType": "WORKSPACE", "membershipStatus": "ACTIVE",
                "hourlyRate": {"amount": 4500, "currency": "EUR"}, "costRate": null
            }]
        }"""),
        {"users": 1, "memberships": 1},
    ),
    "user_groups": (
        {"id": "g1", "name": "Mill", "userIds": ["u1", "u2", "u1"], "teamManagers": []},
        {"user_groups": 1, "user_group_members": 2},
    ),
    "projects": (
        json.loads("""{
            "id": "p1", "name": "Quartz", "clientId": "", "public": true, "duration": "PT88H36M",
            "timeEstimate": {"estimate": "PT0S", "type": "AUTO"}, "budgetEstimate": null,
            "currency": {"id": "x", "code": "EUR"}, "customFields": [], "favorite": true,
            "memberships": [{
                "userId": "u1", "targetId": "p1", "membershipType": "PROJECT",
                "membershipStatus": "ACTIVE", "hourlyRate": null, "costRate": null
            }],
            "tasks": [
                {"id": "t1", "name": "Milling", "status": "DONE", "assigneeIds": []},
                {"id": "t2", "projectId": "p1", "hourlyRate": {"amount": 0, "currency": "EUR"}}
            ]
        }"""),
        {"projects": 1, "project_memberships": 1, "tasks": 2},
    ),
    "holidays": (
        json.loads("""{
            "id": "h1", "name": "New Year", "occursAnnually": true,
            "datePeriod": {"startDate": "2026-01-01", "endDate": "2026-01-01"},
            "userIds": ["u1", "u2"], "userGroupIds": ["g1"]
        }"""),
        {"holidays": 1, "holiday_assignments": 3},
    ),
    "time_off_requests": (
        json.loads("""{
            "id": "r1", "userId": "u1", "status": {"statusType": "PENDING", "note": null},
            "timeOffPeriod": {
                "period": {"start": "2026-03-01T23:00:00Z", "end": "2026-03-02T22:59:59.999Z"},
                "halfDay": false
            }
        }"""),
        {"time_off_requests": 1},
    ),
    "time_entries": (ENTRY, {"time_entries": 1}),
}


def read(parts: dict[str, list[Row]]) -> dict[str, pa.Table]:
    return {name: Reader(TABLES[name]).read(rows) for name, rows in parts.items()}


def split(resource: str, *rows: Row) -> dict[str, pa.Table]:
    sort = BY_NAME[resource].split
    assert sort is not None
    return read(sort(list(rows), Stamp(WS)))


def reported(*rows: Row) -> dict[str, pa.Table]:
    return read(reported_entries(list(rows), Stamp(WS)))


def told(table: pa.Table) -> Row:
    """Return the one row of a table, without what its way of being told alone tells."""
    (row,) = loadable(table).to_pylist()
    return {k: v for k, v in row.items() if k not in SPARSE}


@pytest.mark.parametrize("resource", NESTED)
def test_nothing_of_a_nested_row_is_lost(resource: str) -> None:
    """What nobody declared is kept in the row it came with, however deep; all else is declared."""
    row, filled = NESTED[resource]
    numbers, marks = count(), set()

    def marked(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, list):
            return [marked(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        marks.add(mark := f"mark{next(numbers):02}")
        return {key: marked(inner) for key, inner in value.items()} | {"newKey": mark}

    plain, tables = split(resource, row), split(resource, marked(row))

    assert {name: table.num_rows for name, table in tables.items()} == filled
    assert all(t["_undeclared"].null_count == t.num_rows for t in plain.values())
    kept = str([table.to_pylist() for table in tables.values()])
    assert marks
    assert {mark for mark in marks if mark not in kept} == set()


@pytest.mark.parametrize("resource", [r.name for r in RESOURCES if "{workspace}" in r.path])
def test_each_row_knows_its_workspace(resource: str) -> None:
    """The one it names, else the one that was asked for; rows within rows are of the same."""
    row = NESTED[resource][0] if resource in NESTED else {"id": "x1"}
    row = {key: value for key, value in row.items() if key != "workspaceId"}
    sort = BY_NAME[resource].split
    assert sort is not None
    asked = Stamp(WS, "u1")

    for known, expected in ((row, WS), ({**row, "workspaceId": OTHER}, OTHER)):
        for table in read(sort([known], asked)).values():
            assert set(table["workspace_id"].to_pylist()) == {expected}


def test_a_project_names_its_client_however_it_was_read() -> None:
    """A project read with its client names it like one read without; an empty name is none."""
    client = {"id": "c1", "name": "Quarz", "email": "geheim@quarzwerk.example"}
    rows: tuple[Row, ...] = (
        {"id": "p1", "clientId": "c1", "client": client},
        {"id": "p2", "clientId": "c1", "clientName": "Quarz"},
        {"id": "p3", "clientId": "", "clientName": "", "client": None},
    )

    table = split("projects", *rows)["projects"]

    assert table["client_id"].to_pylist() == ["c1", "c1", None]
    assert table["client_name"].to_pylist() == ["Quarz", "Quarz", None]
    assert "geheim" not in str(table.to_pylist())


def test_the_status_of_a_request_may_be_one_word() -> None:
    """It is the type of the status then, and nobody is said to have decided."""
    (row,) = split("time_off_requests", {"id": "r1", "status": "APPROVED"})[
        "time_off_requests"
    ].to_pylist()

    assert row["status__status_type"] == "APPROVED"
    assert row["status__changed_at"] is None


@pytest.mark.parametrize(
    ("listed", "in_report"),
    [
        ({}, {}),
        ({}, {"tagIds": None, "tags": [{"_id": "g1", "name": "a"}, {"id": "g2", "name": "b"}]}),
        ({"tagIds": None}, {"tagIds": []}),
        ({"isLocked": True}, {"isLocked": None, "locked": True}),
        ({"projectId": None, "taskId": None}, {"projectId": "", "taskId": ""}),
        (
            {"timeInterval": {**INTERVAL, "end": None, "duration": None}},
            {"timeInterval": {**IN_BERLIN, "end": None, "duration": 77}},
        ),
    ],
)
def test_an_entry_told_in_two_ways_is_one_row(listed: Row, in_report: Row) -> None:
    """Only columns that one way lacks differ, and there is nothing in either that nobody knows."""
    one, other = split("time_entries", {**ENTRY, **listed}), reported({**REPORTED, **in_report})

    assert told(one["time_entries"]) == told(other["time_entries"])
    assert tags_of(one["time_entries"]).equals(tags_of(other["time_entries"]))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "PT0S"), (30, "PT30S"), (60, "PT1M"), (3_601, "PT1H1S"), (318_960, "PT88H36M")],
)
def test_seconds_are_told_as_lists_tell_them(seconds: int, text: str) -> None:
    """Hours may exceed a day, and what is nought is left out."""
    row = {**REPORTED, "timeInterval": {**IN_BERLIN, "duration": seconds}}
    assert reported(row)["time_entries"]["time_interval__duration"].to_pylist() == [text]


def test_what_one_way_lacks_stays_as_the_other_told_it() -> None:
    """Whichever came last; but what the report says there is none of is gone."""
    listed, seen = split("time_entries", ENTRY)["time_entries"], reported(REPORTED)["time_entries"]

    both = [keep_known(loadable(a), b, ["id"]) for a, b in ((listed, seen), (seen, listed))]

    assert both[0].equals(both[1])
    (row,) = both[0].to_pylist()
    assert (row["hourly_rate__amount"], row["amount"], row["client_name"]) == (4500, 13050, "Quarz")
    assert json.loads(row["invoicing_info"]) == {"manuallyInvoiced": True}
    bare = {"_id": "e1", "timeInterval": {**IN_BERLIN, "duration": 10440}}
    (after,) = keep_known(both[0], reported(bare)["time_entries"], ["id"]).to_pylist()
    assert (after["client_name"], after["task_name"], after["invoicing_info"]) == (None, None, "[]")
    assert (after["amount"], after["hourly_rate__currency"]) == (13050, "EUR")


@pytest.mark.parametrize(
    ("resource", "row"),
    [
        ("users", {"id": "u1", "memberships": {"userId": "u1"}}),
        ("user_groups", {"id": "g1", "userIds": [{"id": "u1"}]}),
        ("user_groups", {"id": "g1", "userIds": "u1"}),
        ("projects", {"id": "p1", "tasks": ["t1"]}),
        ("projects", {"id": "p1", "memberships": [{"targetId": "p1"}]}),
        ("holidays", {"id": "h1", "userIds": [5]}),
        ("time_entries", {**ENTRY, "tagIds": [["g1"]]}),
        ("time_entries", {**ENTRY, "timeInterval": None}),
        ("time_entries", {**ENTRY, "timeInterval": "PT1H"}),
    ],
)
def test_another_shape_is_an_error(resource: str, row: Row) -> None:
    """What was promised as rows or ids is nothing else, and never taken for none."""
    with pytest.raises(NotAsAgreed):
        tags_of(split(resource, row).get("time_entries", NO_ENTRIES))


def test_tables_are_declared_as_they_are_replaced() -> None:
    """By workspace; each belongs to one list; what only one way tells is no lack of rights."""
    assert {name: t.per for name, t in TABLES.items() if t.per != "workspace_id"} == {
        "workspaces": "id"
    }
    assert len(TABLES) == sum(len(resource.tables) for resource in RESOURCES)
    assert [c.name for c in TABLES["time_entries"].columns if c.right] == []
