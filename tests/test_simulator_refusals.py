from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator.clockodo import ClockodoApp
from simulator.clockodo_settings import Limits, Rights
from simulator.faults import (
    HALF_BODY,
    MISTYPED,
    NO_ENVELOPE,
    NOT_JSON,
    RESET,
    RESET_BEFORE,
    SILENCE,
    SLOW,
    failing,
    status,
)
from simulator.server import serve
from simulator.world import World

CLIENT = {"X-Clockodo-External-Application": "tests;tests@quarzwerk.example"}
ALWAYS = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2037-01-01T00:00:00Z"}
MONTH = {"time_since": "2026-10-01T00:00:00Z", "time_until": "2026-10-31T23:59:59Z"}


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


@pytest.fixture(scope="module")
def small() -> Iterator[Client]:
    app = ClockodoApp(World(seed=1, years=0.1))
    with serve(app) as url:
        yield Client(app, url)


def test_both_ways_to_log_in_and_none_besides(small: Client) -> None:
    """Headers and HTTP Basic are accepted; a wrong key and none at all get the same answer."""
    basic = small.ask("/v4/users/me", headers=CLIENT, auth=(small.app.user, small.app.key))
    wrong = small.ask("/v2/entries", headers=CLIENT | small.keys | {"X-ClockodoApiKey": "no"})
    nobody = small.ask("/v3/users", headers=CLIENT)

    assert basic.json()["data"]["email"] == small.app.user
    error = {"type": "General", "message": "Authentication failed", "details": None, "path": None}
    assert [(r.status_code, r.json()) for r in (wrong, nobody)] == [(401, {"errors": [error]})] * 2


def test_the_client_must_name_itself(small: Client) -> None:
    """Without the client id, or with more than 50 characters, nothing is answered."""
    too_long = small.keys | {"X-Clockodo-External-Application": "x" * 51}

    assert small.ask("/v3/users", headers=small.keys).status_code == 400
    assert small.ask("/v3/users", headers=too_long).status_code == 400


@pytest.mark.parametrize(
    ("path", "code", "kind"),
    [
        ("/v2/customers", 410, "Deprecated"),
        ("/absences", 410, "Deprecated"),
        ("/v2/nonbusinessdays", 404, "RouteNotFound"),
        ("/v3/targethours", 404, "RouteNotFound"),
        ("/v3/customers?items_per_page=5001", 400, "ValidationError"),
        ("/v2/usersNonbusinessDays?items_per_page=101", 400, "ValidationError"),
        ("/v2/workTimes?users_id=302", 400, "ValidationError"),
        ("/v3/subprojects?sort=id", 400, "ValidationError"),
        ("/userreports", 400, "ValidationError"),
        ("/v3/users/999999", 404, "NotFound"),
    ],
)
def test_newer_endpoints_refuse_with_a_list(path: str, code: int, kind: str, small: Client) -> None:
    """Retired, unknown and mistaken requests get the general shape of error."""
    answer = small.ask(path)

    assert (answer.status_code, answer.json()["errors"][0]["type"]) == (code, kind)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "time_since=2026-01-01&time_until=2026-02-01T00:00:00Z",
        "time_since=2026-01-01T00:00:00.000Z&time_until=2026-02-01T00:00:00Z",
        "time_since=2026-01-01T00:00:00Z&time_until=2026-02-01T00:00:00Z&items_per_page=1001",
    ],
)
@pytest.mark.parametrize("path", ["/v2/entries", "/v2/entrygroups"])
def test_entries_refuse_with_one_error(path: str, query: str, small: Client) -> None:
    """Entries want full timestamps and small pages, and say so in the simple shape."""
    answer = small.ask(f"{path}?{query}&grouping[]=year" if "group" in path else f"{path}?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"].keys() >= {"code", "message"}


def test_lists_ignore_what_groups_refuse(small: Client) -> None:
    """A misspelt filter gives the whole list, but a 400 from the groups."""
    queries = ("", "?filter[customer_id]=1201", "?filter[customers_id]=1201")
    answers = [small.ask(f"/v4/projects{query}").json() for query in queries]
    everything, misspelt, rightly = (answer["paging"]["count_items"] for answer in answers)

    assert rightly < misspelt == everything
    strict_answer = small.ask("/v2/entrygroups", params=MONTH | {"grouping[]": "year", "x": 1})
    assert strict_answer.status_code == 400


def test_rights_change_which_keys_exist(small: Client) -> None:
    """Without rights keys are missing, billable is -1, and people and rows vanish silently."""
    rights = Rights(owner=False, money=False, people=False, customers={1201})
    small.app.rights = rights
    params = ALWAYS | {"enhanced_list": 1}
    entries = small.ask("/v2/entries", params=params).json()["entries"]

    assert {e["customers_id"] for e in entries if e["users_id"] != small.app.me} == {1201}
    assert {e["billable"] for e in entries if e["users_id"] != small.app.me} == {-1}
    assert not {"revenue", "hourly_rate", "lumpsum_services_price"} & set().union(*entries)
    assert small.ask("/v4/users/me").json()["data"]["role"] == "worker"
    assert "email" not in small.ask("/v3/users").json()["data"][1]
    assert {a["users_id"] for a in small.ask("/v4/absences").json()["data"]} == {small.app.me}
    assert small.ask("/v4/rates").status_code == 403
    rights.enhanced = False
    rights.gone.add("/v3/teams")
    refused = small.ask("/v2/entries", params=params)
    assert (refused.status_code, small.ask("/v3/teams").status_code) == (403, 410)
    small.app.rights = Rights()


def test_limits_say_which_window_is_full() -> None:
    """One request too many gets 429, the window's name and when to come back."""
    app = ClockodoApp(World(seed=1, years=0.1), limits=Limits(entrygroups=((2, 60),)))
    with serve(app) as url:
        client, params = Client(app, url), MONTH | {"grouping[]": "year"}
        answers = [client.ask("/v2/entrygroups", params=params) for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 429]
    assert "2 requests per 1 minute" in answers[2].json()["error"]["message"]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert app.counts["/v2/entrygroups"] == 3


def test_faults_happen_when_told(small: Client) -> None:
    """Call n gets outcome n: statuses, broken bodies, silence, an edit; then all is well."""
    world, edits = small.app.world, []
    outcomes = (None, status(429, retry_after=7), status(502, html=True), NOT_JSON)
    faulty = failing(
        small.app, *outcomes, HALF_BODY, RESET, SILENCE(30), lambda: edits.append(world.now)
    )
    with serve(faulty) as url:
        client = Client(small.app, url)
        first, limited, gateway, nonsense = (client.ask("/v3/users") for _ in range(4))
        for _ in range(2):
            with pytest.raises(requests.exceptions.RequestException):
                client.ask("/v3/users")
        with pytest.raises(requests.exceptions.Timeout):
            requests.get(url + "/v3/users", headers=client.keys | CLIENT, timeout=0.2)
        hooked = client.ask("/v3/users")

    assert (first.status_code, hooked.status_code, edits) == (200, 200, [world.now])
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert gateway.text.startswith("<html>")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        nonsense.json()


def test_answers_go_wrong_in_more_ways(small: Client) -> None:
    """Hung up before a word, slow, without rows, with rows of another type."""
    faulty = failing(small.app, RESET_BEFORE, SLOW, NO_ENVELOPE, MISTYPED)
    with serve(faulty) as url:
        client = Client(small.app, url)
        with pytest.raises(requests.exceptions.ConnectionError):
            client.ask("/v3/users")
        slow, bare, odd = (client.ask("/v3/users").json() for _ in range(3))

    assert slow == small.ask("/v3/users").json()
    assert bare == {}
    assert [type(row) for row in odd["data"]] == [list] * len(slow["data"])
