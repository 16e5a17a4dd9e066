"""Asks a simulated Clockify in the plainest way."""

from typing import Any

import requests

from simulator.clockify import ClockifyApp

EVER = {"dateRangeStart": "2000-01-01T00:00:00Z", "dateRangeEnd": "2036-12-31T23:59:59.999Z"}


class Client:
    """Asks one app on one server, as the owner of the key."""

    def __init__(self, app: ClockifyApp, url: str) -> None:
        self.app = app
        self.core = f"{url}/v1"
        self.reports = f"{url.removesuffix('/api')}/report/v1"
        self.keys = {"X-Api-Key": app.key}
        self.ws = f"/workspaces/{app.workspaces[0]}/"

    def ask(self, path: str, **params: object) -> requests.Response:
        """Send a GET to a path of the first workspace; hyphens are written as underlines."""
        query = {name.replace("_", "-"): value for name, value in params.items()}
        address = self.core + self.ws + path
        return requests.get(address, query, headers=self.keys, timeout=10)  # type: ignore[arg-type]  # any query

    def get(self, path: str, **params: object) -> Any:  # noqa: ANN401 - any JSON
        """Take an answer that must be good."""
        answer = self.ask(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **body: object) -> requests.Response:
        """Send a POST to the host of the reports or to the other."""
        base = self.reports if path.startswith("reports") else self.core
        return requests.post(base + self.ws + path, json=body, headers=self.keys, timeout=10)

    def everybody(self) -> list[str]:
        """Ids of all users, those included who only use the kiosk."""
        return [user["id"] for user in self.get("users", account_statuses="ACTIVE,LIMITED")]

    def entries(self, **params: object) -> list[dict[str, Any]]:
        """Read everybody's entries."""
        paths = [f"user/{user}/time-entries" for user in self.everybody()]
        return [row for path in paths for row in self.get(path, page_size=5000, **params)]

    def report(self, **body: object) -> tuple[list[Any], list[dict[str, Any]]]:
        """Read all pages of the detailed report, with its sums."""
        page, found = 0, []
        while True:
            page += 1
            part = {"page": page, "pageSize": 1000, "sortColumn": "ID"}
            answer = self.post("reports/detailed", **{**EVER, "detailedFilter": part, **body})
            assert answer.status_code == 200, answer.text
            found += answer.json()["timeentries"]
            if len(answer.json()["timeentries"]) < 1000:
                return answer.json()["totals"], found
