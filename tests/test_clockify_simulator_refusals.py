from collections.abc import Iterator
from typing import Any, Literal

import pytest
import requests

from simulator.clockify import ClockifyApp, Limits, Rights, Switches
from simulator.clockify_ids import hex_id
from simulator.clockify_settings import Plan
from simulator.faults import MISTYPED, NO_ENVELOPE, failing, status
from simulator.server import serve
from simulator.world import World
from tests.clockify_client import EVER, Client

NOBODY, NO_PROJECT = hex_id("users", 999_999), hex_id("projects", 999_999)
OCTOBER = {"dateRangeStart": "2026-10-01T00:00:00Z", "dateRangeEnd": "2026-10-31T23:59:59.999Z"}
FILTER: dict[str, Any] = {"detailedFilter": {"page": 1, "pageSize": 1000}}


@pytest.fixture(scope="module")
def app() -> ClockifyApp:
    return ClockifyApp(World(seed=1, years=0.1), others=[World(seed=2, years=0.1)])


@pytest.fixture(scope="module")
def server(app: ClockifyApp) -> Iterator[str]:
    with serve(app) as url:
        yield url


@pytest.fixture
def small(app: ClockifyApp, server: str) -> Client:
    app.switches, app.rights, app.plan, app.limits = Switches(), Rights(), "PRO", None
    app.reset()
    return Client(app, server)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 1000),
        ({"Authorization": "Bearer key"}, 1000),
        ({"X-Api-Key": "key", "X-Addon-Token": "token"}, 1000),
        ({"X-Api-Key": "no"}, 4003),
        ({"X-Addon-Token": "no"}, 4017),
    ],
)
def test_exactly_one_right_key_opens(headers: dict[str, str], code: int, small: Client) -> None:
    """No key, two, or a wrong one: 401, and a number that says which."""
    answer = requests.get(f"{small.core}/user", headers=headers, timeout=9)

    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_a_token_cannot_list_workspaces(small: Client) -> None:
    """An add-on's token reads what a key reads, but not which workspaces there are."""
    small.keys = {"X-Addon-Token": small.app.token}
    listed = requests.get(f"{small.core}/workspaces", headers=small.keys, timeout=9)

    assert small.get("users")
    assert (listed.status_code, listed.json()["message"]) == (403, "Access Denied")


@pytest.mark.parametrize(
    ("path", "code", "number"),
    [
        ("projects/" + NO_PROJECT, 400, 501),
        (f"projects/{NO_PROJECT}/tasks", 400, 501),
        (f"user/{NOBODY}/time-entries", 400, 501),
        ("clients/nonsense", 400, 501),
        ("projects/" + hex_id("projects", 4301, 2), 400, 501),  # of the other workspace
        ("users?page-size=5001", 400, 501),
        ("time-off/policies?page-size=201", 400, 501),
        ("users?page=one", 400, 3000),
        ("users?status=ASLEEP", 400, 3000),
        ("projects?archived=maybe", 400, 3000),
        (f"user/{hex_id('users', 301)}/time-entries?start=2026-01-01", 400, 3000),
        ("entities/created", 400, 3001),
        ("holidays/1", 405, 3000),
        ("user-groups/1", 405, 3000),
        ("time-entries", 405, 3000),
        ("time-off/requests", 405, 3000),
        ("time-off/requests/1", 404, 3000),
        ("policies", 404, 3000),
        ("reports/detailed", 404, 3000),
    ],
)
def test_what_cannot_be_answered_says_why(path: str, code: int, number: int, small: Client) -> None:
    """Missing entities, bad values, missing routes and wrong verbs: each has its number."""
    answer = small.ask(path)

    assert (answer.status_code, answer.json()["code"]) == (code, number)
    assert answer.json()["message"]
    assert ("Allow" in answer.headers) is (code == 405)


@pytest.mark.parametrize(
    ("path", "body", "number"),
    [
        ("reports/detailed", b"{", 3002),
        ("reports/detailed", b"[]", 3002),
        ("reports/detailed", b"{}", 501),
        ("reports/detailed", b'{"detailedFilter":{}}', 501),
        ("reports/detailed", b'{"detailedFilter":{"pageSize":1001}}', 501),
        ("reports/summary", b'{"summaryFilter":{"groups":["MOOD"]}}', 501),
        ("time-off/requests", b'{"pageSize":201}', 501),
        ("time-off/requests", b'{"statuses":["WITHDRAWN"]}', 501),
        ("time-off/requests", b'{"page":"1"}', 3002),
    ],
)
def test_bodies_are_checked(path: str, body: bytes, number: int, small: Client) -> None:
    """A body that cannot be read, or is wrong: 400, and a number that says which."""
    base = small.reports if path.startswith("reports") else small.core
    answer = requests.post(base + small.ws + path, body, headers=small.keys, timeout=9)

    assert (answer.status_code, answer.json()["code"]) == (400, number)


def test_what_is_spelt_otherwise_is_ignored(small: Client) -> None:
    """A page size with a hyphen in a body, or outside its part, leaves the usual 50."""
    for body in ({"detailedFilter": {"page-size": 3}}, {"detailedFilter": {}, "pageSize": 3}):
        rows = small.post("reports/detailed", **EVER, **body).json()["timeentries"]
        assert len(rows) == 50
    small.app.switches = Switches(oversized="capped")
    assert len(small.ask("users", page_size=99_999).json()) == 24
    rows = small.post("reports/detailed", **EVER, detailedFilter={"pageSize": 2000}).json()
    assert len(rows["timeentries"]) == 1000


def test_the_free_plan_is_narrow(small: Client) -> None:
    """On the free plan a report spans 31 days, and the workspace has 30 requests an hour."""
    small.app.plan, small.app.limits = "FREE", Limits()
    month = small.post("reports/detailed", **OCTOBER, **FILTER)
    longer = {**OCTOBER, "dateRangeEnd": "2026-11-02T00:00:00Z"}
    beyond = small.post("reports/detailed", **longer, **FILTER)
    codes = [small.ask("tags").status_code for _ in range(29)]
    limited = small.ask("tags")

    assert (month.status_code, beyond.status_code, beyond.json()["code"]) == (200, 400, 501)
    assert codes == [200] * 28 + [429]
    assert limited.json()["message"] == "Too many requests"
    assert "Retry-After" not in limited.headers
    small.app.switches = Switches(retry_after="seconds", too_many="empty")
    limited = small.ask("users")
    assert (limited.status_code, limited.text) == (429, "")
    assert 1 <= int(limited.headers["Retry-After"]) <= 3600


@pytest.mark.parametrize("refusal", [400, 402, 403])
@pytest.mark.parametrize(
    ("plan", "path"), [("BASIC", "holidays"), ("FREE", "invoices"), ("STANDARD", "expenses")]
)
def test_a_plan_lacks_what_higher_ones_have(
    plan: Plan,
    path: str,
    refusal: Literal[400, 402, 403],
    small: Client,
) -> None:
    """What the plan lacks is refused, by whichever status; the next plan has it."""
    small.app.plan, small.app.switches = plan, Switches(plan_refusal=refusal)
    refused = small.ask(path)
    small.app.plan = "PRO"

    assert refused.status_code == refusal
    assert ("subscription" in refused.json()["message"]) is (refusal != 403)
    assert small.ask(path).status_code == 200


def test_a_member_sees_their_own(small: Client) -> None:
    """A member gets their own rows, others' are refused, and rates are null or not there."""
    small.app.rights = Rights(role="member", forbidden={"/tags"}, missing={"/user-groups"})
    mine, other = (hex_id("users", key) for key in (301, 302))
    rows = small.get(f"user/{mine}/time-entries")
    reported = small.report()[1]

    assert [user["id"] for user in small.get("users")] == [mine]
    assert {row["userId"] for row in reported} == {mine}
    assert {row["hourlyRate"] for row in rows} == {row["amount"] for row in reported} == {None}
    assert {r["userId"] for r in small.post("time-off/requests").json()["requests"]} == {mine}
    for path in (f"user/{other}/time-entries", f"member-profile/{other}", "invoices", "tags"):
        assert small.ask(path).status_code == 403
    assert small.ask("user-groups").status_code == 404
    small.app.switches = Switches(hidden_rates="absent")
    assert "hourlyRate" not in small.get(f"user/{mine}/time-entries")[0]
    assert not {"amount", "rate"} & small.report()[1][0].keys()
    small.app.rights.hides_rates = False
    assert small.get(f"user/{mine}/time-entries", project=None)[-1]["hourlyRate"]


def test_one_key_opens_several_workspaces(small: Client) -> None:
    """People are the same in both workspaces; everything else has ids of its own."""
    first, second = small.app.workspaces
    users, projects = ([row["id"] for row in small.get(path)] for path in ("users", "projects"))
    small.ws = f"/workspaces/{second}/"

    assert [row["id"] for row in small.get("users")] == users
    assert not {row["id"] for row in small.get("projects")} & {*projects}
    assert {row["workspaceId"] for row in small.get("projects")} == {second}
    small.ws = f"/workspaces/{hex_id('workspaces', 9)}/"
    assert small.ask("projects").status_code == 403
    assert first != second


def test_faults_find_both_hosts(small: Client) -> None:
    """A path is given as it goes on from the base URL, on either host; so it is remembered."""
    workspace = f"/workspaces/{small.app.workspaces[0]}"
    users, report = f"{workspace}/users", f"{workspace}/reports/detailed"
    faulty = failing(failing(small.app, status(502), path=users), status(503), path=report)
    with serve(faulty) as url:
        client = Client(small.app, url)
        assert client.ask("tags").status_code == 200
        assert [client.ask("users").status_code for _ in range(2)] == [502, 200]
        codes = [client.post("reports/detailed", **EVER, **FILTER).status_code for _ in range(2)]
        assert codes == [503, 200]
        client.reports = f"{url}/report/v1"
        assert client.post("reports/detailed", **EVER, **FILTER).status_code == 200
    assert small.app.counts == {f"{workspace}/tags": 1, users: 1, report: 2}
    assert small.app.requests[-1] == (report, {**EVER, **FILTER})


def test_bare_lists_go_wrong_too(small: Client) -> None:
    """The faults that spoil an answer spoil one that is a bare list as well."""
    with serve(failing(small.app, NO_ENVELOPE, MISTYPED)) as url:
        bare, odd = (Client(small.app, url).get("users") for _ in range(2))

    assert bare == {}
    assert {type(row) for row in odd} == {list}
