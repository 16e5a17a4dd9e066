"""What raw tables should hold of the simulated Clockify, asked for in the plainest way.

Entries are told in two ways, each of which knows what the other does not. Paid plans are read by
the report, and the free one by either; what only the way not taken tells may be known from before.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import requests

from clockify_source import Settings
from clockify_source.tables import TABLES
from simulator.world import World
from tests.truth import Perhaps, Row, Rows, Whole, keyed

PATHS = {
    "user_groups": "/user-groups?includeTeamManagers=true",
    "clients": "/clients",
    "projects": "/projects?hydrated=true",
    "tags": "/tags",
    "custom_fields": "/custom-fields",
    "holidays": "/holidays",
    "time_off_policies": "/time-off/policies?status=ALL",
    "expenses": "/expenses",
    "invoices": "/invoices",
}
OF_WORKSPACE = ("workspace_id", "id")
KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*PATHS, "users", "tasks", "time_off_requests"), OF_WORKSPACE),
    "memberships": ("workspace_id", "user_id", "target_id", "membership_type"),
    "user_group_members": ("workspace_id", "user_group_id", "user_id"),
    "project_memberships": ("workspace_id", "project_id", "user_id"),
    "holiday_assignments": ("workspace_id", "holiday_id", "assignee_type", "assignee_id"),
    "member_profiles": ("workspace_id", "user_id"),
    "time_entry_tags": ("time_entry_id", "tag_id"),
}
# Objects whose keys are no columns.
OBJECTS = {
    *("estimate_reset", "negative_balance", "automatic_accrual", "approve", "invoicing_info"),
    *("automatic_time_entry_creation", "time_off_period__half_day_hours"),
}
LISTED = {"kiosk_id", "hourly_rate__amount", "hourly_rate__currency"}
REPORTED = {"rate", "amount", "invoicing_info", "client_id"}
REPORTED |= {"user_name", "client_name", "project_name", "task_name"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def tables(settings: Settings, _: World) -> dict[str, Rows]:
    """Return what each raw table should hold, by key."""
    ask = Client(settings)
    found: dict[str, list[Row]] = {name: [] for name in TABLES}
    found["workspaces"] = ask.rows("/workspaces")
    for workspace in found["workspaces"]:
        of = f"/workspaces/{workspace['id']}"
        lists = {name: ask.rows(of + path) for name, path in PATHS.items()}
        lists["time_off_requests"] = ask.posted(f"{of}/time-off/requests", "requests", 200)
        for request in lists["time_off_requests"]:
            if isinstance(request["status"], str):
                request["status"] = {"statusType": request["status"]}
        lists |= _people(ask, of) | _parts(lists)
        # A project may not bring all of its own.
        paths = [f"{of}/projects/{project['id']}/tasks" for project in lists["projects"]]
        lists["tasks"] = [task for path in paths for task in ask.rows(path)]
        for name, rows in lists.items():
            found[name] += [{**row, "workspaceId": workspace["id"]} for row in rows]
    plain = {
        name: keyed([columns(name, row) for row in rows], *KEYS.get(name, ("id",)))
        for name, rows in found.items()
    }
    return plain | entries(settings)


def _people(ask: "Client", of: str) -> dict[str, list[Row]]:
    """Return who is in a workspace, those included who have to be asked for, with profiles."""
    users = [user for status in STATUSES for user in ask.users(of, status)]
    profiles = [
        {**ask.get(f"{of}/member-profile/{user['id']}"), "userId": user["id"]} for user in users
    ]
    return {
        "users": users,
        "memberships": [part for user in users for part in user.pop("memberships")],
        "member_profiles": profiles,
    }


STATUSES = (
    *("ACTIVE", "PENDING_EMAIL_VERIFICATION", "NOT_REGISTERED"),
    *("DELETED", "LIMITED", "LIMITED_DELETED"),
)


def _parts(lists: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Take out of their rows what are rows of other tables."""
    found: dict[str, list[Row]] = {"user_group_members": [], "holiday_assignments": []}
    found["project_memberships"] = []
    for group in lists["user_groups"]:
        for user in group.pop("userIds"):
            found["user_group_members"].append({"userGroupId": group["id"], "userId": user})
    for day in lists["holidays"]:
        for kind, key in (("user", "userIds"), ("user_group", "userGroupIds")):
            for one in day.pop(key):
                row = {"holidayId": day["id"], "assigneeType": kind, "assigneeId": one}
                found["holiday_assignments"].append(row)
    for project in lists["projects"]:
        project["clientName"] = (project.pop("client") or {}).get("name")
        project.pop("tasks")
        for membership in project.pop("memberships"):
            assert membership.pop("targetId") == project["id"]
            found["project_memberships"].append({**membership, "projectId": project["id"]})
    return found


def entries(settings: Settings) -> dict[str, Rows]:
    """Return all entries, as they are to be read, and their tags."""
    ask, rows = Client(settings), list[Row]()
    for workspace in ask.rows("/workspaces"):
        of = f"/workspaces/{workspace['id']}"
        is_free = workspace["featureSubscriptionType"] == "FREE"
        people = [user["id"] for status in STATUSES for user in ask.users(of, status)]
        paths = [f"{of}/user/{person}/time-entries" for person in people]
        listed = {row["id"]: row for path in paths for row in ask.rows(path)}
        reported = {row["_id"]: row for row in ask.report(of, settings.start_date, free=is_free)}
        for one in listed.keys() | reported.keys():
            seen = _as_listed(reported[one]) if one in reported else None
            row = _merged(listed.get(one), seen, by_report=not is_free)
            rows.append(row | {"workspace_id": workspace["id"]})
    tags = [
        {
            "workspace_id": row["workspace_id"],
            "time_entry_id": row["id"],
            "tag_id": tag,
            "time_interval__start": row["time_interval__start"],
        }
        for row in rows
        for tag in row["tag_ids"]
    ]
    return {
        "time_entries": keyed(rows, "id"),
        "time_entry_tags": keyed(tags, "time_entry_id", "tag_id"),
    }


def _merged(listed: Row | None, reported: Row | None, *, by_report: bool) -> Row:
    """Return an entry as it should be known."""
    known = columns("time_entries", {"tagIds": [], **listed} if listed else {})
    known["tag_ids"] = known.get("tag_ids", [])
    if reported is None:
        return known
    seen = columns("time_entries", reported)
    if by_report:
        return {n: Perhaps(v) for n, v in known.items() if n in LISTED} | seen
    both = known | seen
    return {n: v if known.get(n) == seen.get(n) else Perhaps(v) for n, v in both.items()}


def _as_listed(row: Row) -> Row:
    """Return an entry of the report under the names that lists have."""
    renamed = {"_id": "id", "locked": "isLocked", "customFields": "customFieldValues"}
    entry = {renamed.get(name, name): value for name, value in row.items()}
    entry.setdefault("tagIds", [tag["_id"] for tag in entry.get("tags", [])])
    entry.setdefault("invoicingInfo", [])
    interval = dict(entry["timeInterval"])
    if interval["duration"] is not None:
        interval["duration"] = iso_duration(interval["duration"])
    return entry | {"timeInterval": interval}


def iso_duration(seconds: int) -> str:
    """Write a duration as lists do."""
    parts = zip((seconds // 3600, seconds // 60 % 60, seconds % 60), "HMS", strict=True)
    return "PT" + ("".join(f"{n}{unit}" for n, unit in parts if n) or "0S")


@cache
def _unloaded(table: str) -> set[str]:
    return {column.name for column in TABLES[table].columns if not column.loaded}


@cache
def _snake(key: str) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", key).lower()


def columns(table: str, row: Row, prefix: str = "") -> Row:
    """Return what of a row is loaded, by the names of columns."""
    found: Row = {}
    for key, value in row.items():
        name = prefix + _snake(key)
        is_link = name.endswith(("_id", "_name"))
        if name in _unloaded(table) or value is None or (is_link and value == ""):
            continue
        if isinstance(value, dict) and name not in OBJECTS:
            found |= columns(table, value, f"{name}__")
        elif isinstance(value, dict):
            found[name] = Whole(value)
        else:
            found[name] = _instant(value)
    return found


def _instant(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write an instant in UTC, whatever its offset."""
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return value
    return datetime.fromisoformat(value).astimezone(UTC).isoformat().replace("+00:00", "Z")


class Client:
    """Asks the API in the plainest way."""

    def __init__(self, settings: Settings) -> None:
        self._core = settings.base_url
        self._reports = settings.base_url.replace("/api/v1", "/report/v1")
        self._headers = {"X-Api-Key": settings.api_key}

    def get(self, path: str, **params: object) -> Any:  # noqa: ANN401 - any JSON
        """Return one answer; None where it is refused, as the plan lacks it."""
        query = {name.replace("_", "-"): str(value) for name, value in params.items()}
        url = self._core + path
        answer = requests.get(url, query, headers=self._headers, timeout=60)
        assert answer.ok or answer.status_code in {400, 402, 403, 404}, answer.text
        return answer.json() if answer.ok else None

    def rows(self, path: str, **params: object) -> list[Row]:
        """Return the rows of all pages, until one is empty or comes again."""
        rows: list[Row] = []
        for page in count(1):
            size = {} if path.endswith("policies?status=ALL") else {"page_size": 1000}
            found = self.get(path, **params, **size, page=page) or []
            while isinstance(found, dict):
                found = next(v for v in found.values() if isinstance(v, list | dict))
            if not found or found == rows[-len(found) :]:
                break
            rows += found
        return rows

    def users(self, of: str, status: str) -> list[Row]:
        """Return the people of one status."""
        how = {"include_roles": "true", "memberships": "WORKSPACE"}
        return self.rows(f"{of}/users", account_statuses=status, **how)

    def posted(self, path: str, name: str, size: int) -> list[Row]:
        """Return the rows of all pages of what is asked for in a body."""
        rows: list[Row] = []
        for page in count(1):
            found = self._post(self._core + path, {"page": page, "pageSize": size})
            rows += found.get(name, [])
            if len(found.get(name, [])) < size:
                break
        return rows

    def report(self, of: str, since: date, *, free: bool) -> Iterator[Row]:
        """Yield the entries of the detailed report; where it is short, of one after the other."""
        days = 31 if free else 5_000
        begin = datetime(since.year, since.month, since.day, tzinfo=UTC)
        while begin.year < 2029:
            until = begin + timedelta(days=days)
            for page in count(1):
                asked = {
                    "dateRangeStart": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
                    "dateRangeEnd": f"{until:%Y-%m-%dT%H:%M:%SZ}",
                    "timeZone": "UTC",
                    "detailedFilter": {"page": page, "pageSize": 1000, "sortColumn": "ID"},
                }
                told = self._post(f"{self._reports}{of}/reports/detailed", asked)
                found: list[Row] = told.get("timeentries") or told.get("timeEntries") or []
                yield from found
                if len(found) < 1000:
                    break
            begin = until

    def _post(self, url: str, body: object) -> Row:
        answer = requests.post(url, json=body, headers=self._headers, timeout=60)
        assert answer.ok or answer.status_code in {400, 402, 403, 404}, answer.text
        return dict(answer.json()) if answer.ok else {}
