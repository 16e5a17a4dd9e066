"""The simulated company as raw tables should show it, by a path that shares no code with ours.

The lists are asked for in the plainest way and flattened by one rule: the keys of an object join
with two underscores, a list is JSON, and rows within rows are rows of their own.
"""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

from tests.conftest import Account
from tests.trackers import APPLICATION

Row = dict[str, Any]
Rows = dict[tuple[Any, ...], Row]

WHOLE = {
    "customers": ("/v3/customers", "id"),
    "projects": ("/v4/projects", "id"),
    "subprojects": ("/v3/subprojects", "id"),
    "services": ("/v4/services", "id"),
    "lump_sum_services": ("/v4/lumpSumServices", "id"),
    "rates": ("/v4/rates", "position"),
    "users": ("/v3/users", "id"),
    "teams": ("/v3/teams", "id"),
    "absences": ("/v4/absences", "id"),
    "target_hours": ("/targethours", "id"),
    "nonbusiness_groups": ("/v2/nonbusinessGroups", "id"),
    "users_nonbusiness_groups": ("/v3/usersNonbusinessGroups", "id"),
    "holidays_quota": ("/v2/holidaysQuota", "id"),
    "holidays_carry": ("/v3/holidaysCarry", "id"),
    "overtime_carry": ("/v3/overtimeCarry", "id"),
    "overtime_reductions": ("/v3/overtimeReductions", "id"),
    "access_groups": ("/v2/accessGroups", "id"),
}
ENTRIES = {1: "time_entries", 2: "lump_sum_entries", 3: "lump_sum_service_entries"}
BOOKKEEPING = {"_window_since", "_window_until", "_window_of", "_deleted", "_dlt_load_id"}


def truth(account: Account) -> dict[str, Rows]:
    """Return what each raw table should hold, by key."""
    ask = Client(account)
    tables: dict[str, Rows] = {
        name: _keyed(ask.rows(path), key) for name, (path, key) in WHOLE.items()
    }
    for row in tables["users"].values():
        row.pop("support_pin", None)
    tables["company"] = _keyed([ask.get("/v2/aggregates/users/me")["company"]], "id")
    tables |= {name: {} for name in ENTRIES.values()}
    for number, row in entries(account).items():
        tables[ENTRIES[row["type"]]][number,] = row
    return tables | _calendar(ask, account) | _work_times(ask, account) | _reports(ask, account)


def entries(account: Account) -> dict[int, Row]:
    """Return all entries as the list gives them, by id."""
    window = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2040-01-01T00:00:00Z"}
    listed = Client(account).rows("/v2/entries", **window, enhanced_list="1")
    return {row["id"]: row for row in listed}


def changes(before: dict[int, Row], after: dict[int, Row]) -> list[tuple[int, str]]:
    """Return which entries were inserted, deleted, updated between two states."""
    both = before.keys() & after.keys()
    return [
        *((i, "deleted") for i in before.keys() - after.keys()),
        *((i, "inserted") for i in after.keys() - before.keys()),
        *((i, "updated") for i in both if before[i] != after[i]),
    ]


def differences(account: Account, wanted: dict[str, Rows] | None = None) -> list[str]:
    """Compare the warehouse with the company, cell by cell; return the first few differences."""
    found: list[str] = []
    wanted = wanted or truth(account)
    in_a_file = account.place.destination == "duckdb"
    with account.opened() if in_a_file else nullcontext():
        for table, rows in wanted.items():
            found += _differences(account, table, rows)
    return found[:20]


def _differences(account: Account, table: str, wanted: Rows) -> Iterator[str]:
    names, listed = account.query(f"select * from clockodo_raw.{table}")
    key = KEYS.get(table, ("id",))
    held = {}
    for values in listed:
        row = dict(zip(names, values, strict=True))
        assert all(row.get(name) is None for name in BOOKKEEPING - {"_dlt_load_id"}), table
        held[tuple(_plain(row[k]) for k in key)] = row
    for lost in wanted.keys() - held.keys():
        yield f"{table} {lost} is not in the warehouse"
    for ghost in held.keys() - wanted.keys():
        yield f"{table} {ghost} is not in the company"
    for one in wanted.keys() & held.keys():
        left = flat(wanted[one])
        for name in names:
            if name in BOOKKEEPING:
                continue
            value, cell = left.pop(name, None), held[one][name]
            as_json = isinstance(value, list | dict)
            if (_parsed(cell) if as_json else _plain(cell)) != value:
                yield f"{table} {one} {name}: {cell!r}, should be {value!r}"
        for name, value in left.items():
            yield f"{table} {one}: {name} = {value!r} was not loaded"


KEYS: dict[str, tuple[str, ...]] = {
    "rates": ("position",),
    "nonbusiness_days": ("id", "evaluated_date"),
    "users_nonbusiness_days": ("users_id", "id", "evaluated_date"),
    "work_times": ("users_id", "date"),
    "work_time_intervals": ("users_id", "date", "time_since"),
    "work_time_change_request_changes": ("work_time_change_requests_id", "position"),
    "user_reports": ("users_id", "year"),
    "user_report_months": ("users_id", "year", "month"),
    "user_report_days": ("users_id", "year", "date"),
}


class Client:
    """Asks the API in the plainest way."""

    def __init__(self, account: Account) -> None:
        self._url = account.settings.base_url
        self._headers = {
            "X-ClockodoApiUser": account.settings.api_user,
            "X-ClockodoApiKey": account.settings.api_key,
            "X-Clockodo-External-Application": APPLICATION,
            "X-ClockodoEnableIsoUtcDateTimes": "1",
        }

    def get(self, path: str, **params: object) -> Any:  # noqa: ANN401 - any JSON
        """Return one answer."""
        query = {name: str(value) for name, value in params.items()}
        answer = requests.get(self._url + path, query, headers=self._headers, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def rows(self, path: str, **params: object) -> list[Row]:
        """Return the rows of all pages."""
        rows: list[Row] = []
        page = 1
        while True:
            answer = self.get(path, **params, page=page, **SIZE.get(path, {}))
            paging = answer.pop("paging", {"count_pages": 1})
            (listed,) = answer.values()
            rows += listed
            if page >= paging["count_pages"]:
                return rows
            page += 1


SIZE: dict[str, dict[str, object]] = {"/v2/entries": {"items_per_page": 1000}}


def _today(account: Account) -> date:
    """Return the company's own date, which decides how far calendars and reports are read."""
    return account.world.now.astimezone(ZoneInfo(account.world.timezone)).date()


def _calendar(ask: Client, account: Account) -> dict[str, Rows]:
    days, of_users = [], []
    last = _today(account) + timedelta(days=account.settings.horizon_days)
    for year in range(account.settings.start_date.year, last.year + 1):
        days += ask.rows("/v2/nonbusinessDays", year=year)
        for user in ask.rows("/v2/usersNonbusinessDays", year=year):
            of_users += [{**day, "users_id": user["users_id"]} for day in user["days"]]
    requests_, changes = [], []
    for row in ask.rows("/v2/workTimes/changeRequests"):
        parts = row.pop("changes")
        requests_.append(row)
        changes += [
            {**part, "work_time_change_requests_id": row["id"], "position": n}
            for n, part in enumerate(parts, start=1)
        ]
    return {
        "nonbusiness_days": _keyed(days, *KEYS["nonbusiness_days"]),
        "users_nonbusiness_days": _keyed(of_users, *KEYS["users_nonbusiness_days"]),
        "work_time_change_requests": _keyed(requests_, "id"),
        "work_time_change_request_changes": _keyed(
            changes, *KEYS["work_time_change_request_changes"]
        ),
    }


def _work_times(ask: Client, account: Account) -> dict[str, Rows]:
    days, intervals = [], []
    for user in ask.rows("/v3/users"):
        span = {"date_since": "2023-08-21", "date_until": _today(account)}
        for day in ask.rows("/v2/workTimes", users_id=user["id"], **span):
            parts = day.pop("intervals")
            days.append(day)
            intervals += [{**p, "users_id": day["users_id"], "date": day["date"]} for p in parts]
    return {
        "work_times": _keyed(days, "users_id", "date"),
        "work_time_intervals": _keyed(intervals, "users_id", "date", "time_since"),
    }


def _reports(ask: Client, account: Account) -> dict[str, Rows]:
    years, months, days = [], [], {}
    for year in range(account.settings.start_date.year, _today(account).year + 1):
        for report in ask.get("/userreports", year=year, type=3)["userreports"]:
            of = {"users_id": report["users_id"], "year": year}
            for month in report.pop("month_details") or []:
                number = month.pop("nr")
                for week in month.pop("week_details") or []:
                    for day in week["day_details"] or []:
                        if date.fromisoformat(day["date"]).month == number:
                            stamp = {"month": number, "week": week["nr"]}
                            days[report["users_id"], year, day["date"]] = {**day, **of, **stamp}
                months.append({**month, **of, "month": number})
            years.append({**report, "year": year})
    return {
        "user_reports": _keyed(years, "users_id", "year"),
        "user_report_months": _keyed(months, "users_id", "year", "month"),
        "user_report_days": days,
    }


def _keyed(rows: list[Row], *key: str) -> Rows:
    keyed = {tuple(row[k] for k in key): row for row in rows}
    assert len(keyed) == len(rows), f"{key} is no key"
    return keyed


def flat(row: Row, prefix: str = "") -> Row:
    """Join the keys of objects within a row; what nobody declared stays an object."""
    flattened: Row = {}
    for name, value in row.items():
        if isinstance(value, dict) and name != "_undeclared":
            flattened |= flat(value, f"{prefix}{name}__")
        elif value is not None:
            flattened[prefix + name] = value
    return flattened


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell of any type
    if isinstance(cell, datetime):
        # Not by %Y, which writes the year 1 as it likes.
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return cell.isoformat() if isinstance(cell, date) else cell


def _parsed(cell: Any) -> Any:  # noqa: ANN401 - a cell of any type
    return json.loads(cell) if isinstance(cell, str) else cell
