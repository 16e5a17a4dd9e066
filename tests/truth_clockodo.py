"""What raw tables should hold of the simulated Clockodo, asked for in the plainest way."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

from clockodo_source import Settings
from simulator.world import World
from tests.truth import Row, Rows, keyed

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


def tables(settings: Settings, world: World) -> dict[str, Rows]:
    """Return what each raw table should hold, by key."""
    ask = Client(settings)
    # The company's own date decides how far calendars and reports are read.
    today = world.now.astimezone(ZoneInfo(world.timezone)).date()
    found: dict[str, Rows] = {
        name: keyed(ask.rows(path), key) for name, (path, key) in WHOLE.items()
    }
    for row in found["users"].values():
        row.pop("support_pin", None)
    found["company"] = keyed([ask.get("/v2/aggregates/users/me")["company"]], "id")
    found |= entries(settings) | _change_requests(ask)
    return found | _days(ask, settings, today) | _work_times(ask, today) | _reports(ask, today)


def entries(settings: Settings) -> dict[str, Rows]:
    """Return all entries as the list gives them, by the table of their type."""
    found: dict[str, Rows] = {name: {} for name in ENTRIES.values()}
    window = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2040-01-01T00:00:00Z"}
    for row in Client(settings).rows("/v2/entries", **window, enhanced_list="1"):
        found[ENTRIES[row["type"]]][row["id"],] = row
    return found


class Client:
    """Asks the API in the plainest way."""

    def __init__(self, settings: Settings) -> None:
        self.since = settings.start_date
        self._url = settings.base_url
        self._headers = {
            "X-ClockodoApiUser": settings.api_user,
            "X-ClockodoApiKey": settings.api_key,
            "X-Clockodo-External-Application": settings.external_application,
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


def _days(ask: Client, settings: Settings, today: date) -> dict[str, Rows]:
    days, of_users = [], []
    last = today + timedelta(days=settings.horizon_days)
    for year in range(ask.since.year, last.year + 1):
        days += ask.rows("/v2/nonbusinessDays", year=year)
        for user in ask.rows("/v2/usersNonbusinessDays", year=year):
            of_users += [{**day, "users_id": user["users_id"]} for day in user["days"]]
    return {
        "nonbusiness_days": keyed(days, *KEYS["nonbusiness_days"]),
        "users_nonbusiness_days": keyed(of_users, *KEYS["users_nonbusiness_days"]),
    }


def _change_requests(ask: Client) -> dict[str, Rows]:
    requests_, changes = [], []
    for row in ask.rows("/v2/workTimes/changeRequests"):
        parts = row.pop("changes")
        requests_.append(row)
        changes += [
            {**part, "work_time_change_requests_id": row["id"], "position": n}
            for n, part in enumerate(parts, start=1)
        ]
    name = "work_time_change_request_changes"
    return {
        "work_time_change_requests": keyed(requests_, "id"),
        name: keyed(changes, *KEYS[name]),
    }


def _work_times(ask: Client, today: date) -> dict[str, Rows]:
    days, intervals = [], []
    for user in ask.rows("/v3/users"):
        span = {"date_since": "2023-08-21", "date_until": today}
        for day in ask.rows("/v2/workTimes", users_id=user["id"], **span):
            parts = day.pop("intervals")
            days.append(day)
            intervals += [{**p, "users_id": day["users_id"], "date": day["date"]} for p in parts]
    return {
        "work_times": keyed(days, "users_id", "date"),
        "work_time_intervals": keyed(intervals, "users_id", "date", "time_since"),
    }


def _reports(ask: Client, today: date) -> dict[str, Rows]:
    years, months, days = [], [], {}
    for year in range(ask.since.year, today.year + 1):
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
        "user_reports": keyed(years, "users_id", "year"),
        "user_report_months": keyed(months, "users_id", "year", "month"),
        "user_report_days": days,
    }
