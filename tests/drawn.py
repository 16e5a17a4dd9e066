"""A company whose rows are drawn at random from the vendor's schema, odd values before usual ones.

Chance decides on all but what holds the lists together: keys, whom and which days a list is asked
for, and when an entry begins. The simulator answers what is not drawn.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.clockodo import PREFIX, ClockodoApp
from tests.truth import Row
from tests.truth_clockodo import WHOLE

COMPANY, REPORTS = "/v2/aggregates/users/me", "/userreports"
ENTRIES, WORK_TIMES = "/v2/entries", "/v2/workTimes"
DAYS, USERS_DAYS = "/v2/nonbusinessDays", "/v2/usersNonbusinessDays"
KEYS = dict(WHOLE.values()) | {
    **dict.fromkeys((ENTRIES, DAYS, "/v2/workTimes/changeRequests"), "id"),
    **dict.fromkeys((REPORTS, USERS_DAYS, WORK_TIMES), "users_id"),
}
MOST = 2**63 - 1
# Some keys are the same in each company, so that rows are changed as well as replaced. None is
# below 0, as keys are counted up by the vendor; the markers of windows have one that is.
SHARED = (0, 1, 2, 7, 99, 2**31, 2**32 + 1, 2**53 + 1, MOST - 1, MOST)
COUNT, PEOPLE = 40, 12

INTEGERS = (0, 1, -1, 2**31, -(2**53) - 1, MOST, -MOST - 1)
# Whole numbers stand for fractional ones, up to 2**53: beyond, not each has a double of its own.
NUMBERS = (0, -0.0, 1, 8, 0.1, -1.005, 5e-324, 1e22, 2**53, -(2**53), 1.7976931348623157e308)
DATES = ("0001-01-01", "9999-12-31", "1582-10-10", "1969-12-31", "1970-01-01", "2024-02-29")
TIMES = ("00:00:00", "23:59:59", "02:30:00")
TEXTS = (
    *("", " ", "\t padded \r\n", "line\nline\r\nline", "null", "NULL", "\\N", "NaN", "0", "-1"),
    *("'", '"', '\\"', "`", "a,b;c|d", "'; drop table users; --", "%s %(a)s {0} {{ x }} $1", "?"),
    *("[]", "{", '{"a": [1]}', "[not json", "<b>&amp;</b>", "2026-02-30", "0x1F", "1e999"),
    *("\x00", "before\x00after", "\x01\x1f\x7f\x80", "\ufeffmark", "\ufffe\uffff", "\u2028\u2029"),
    *("Zoë", "Zoe\u0308", "ẞß", "İ", "日本語", "שלום עולם", "\u202eright to left", "\U0010ffff"),
    *("\U0001f469\U0001f3fd\u200d\U0001f3ed\U0001f1ea\U0001f1fa", 'ж"\n' * 33_333 + "!"),
)
# Since when is read. The entries are at the borders of it and of a month, in Berlin, and in an
# hour that comes twice; others are up to 460 days later.
BEGIN = date(2026, 7, 1)
BORDERS = (
    *("2026-06-30T22:00:00Z", "2026-07-31T21:59:59Z", "2026-07-31T22:00:00Z"),
    *("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2027-12-31T22:59:59Z"),
)
SECONDS = 460 * 86_400


class Drawer:
    """Draws what a schema allows."""

    def __init__(self, official: dict[str, Any], chance: Random) -> None:
        self._schemas = official["components"]["schemas"]
        self._chance = chance

    def draw(self, schema: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Return a value; keys that need not be there sometimes are not."""
        if "$ref" in schema:
            return self.draw(self._schemas[schema["$ref"].rpartition("/")[2]])
        if "oneOf" in schema:
            return self.draw(self._chance.choice(schema["oneOf"]))
        if "enum" in schema:
            return self._chance.choice(schema["enum"])
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kind = self._chance.choice([*kinds, kinds[0], kinds[0]])
        return getattr(self, f"_{kind}")(schema)

    def _null(self, _: object) -> None:
        return None

    def _boolean(self, _: object) -> bool:
        return self._chance.random() < 0.5

    def _integer(self, _: object) -> int:
        return self._chance.choice([*INTEGERS, self._chance.randint(-MOST, MOST)])

    def _number(self, _: object) -> float:
        return self._chance.choice([*NUMBERS, self._chance.uniform(-1e6, 1e6)])

    def _string(self, schema: dict[str, Any]) -> str:
        chance = self._chance
        day = chance.choice([*DATES, str(date.fromordinal(chance.randint(1, 3_652_059)))])
        if schema.get("format") == "date":
            return day
        if schema.get("format") == "date-time":
            return f"{day}T{chance.choice(TIMES)}Z"
        any_text = "".join(map(chr, chance.choices(range(0xD800), k=40)))
        return chance.choice([*TEXTS, any_text])[: schema.get("maxLength")]

    def _array(self, schema: dict[str, Any]) -> list[Any]:
        plain = schema["items"].get("type") == "integer"
        count = self._chance.choice([0, 1, 3, 1_000 if plain else 2])
        return [self.draw(schema["items"]) for _ in range(count)]

    def _object(self, schema: dict[str, Any]) -> Row:
        needed = schema["required"]
        return {
            key: self.draw(value)
            for key, value in schema["properties"].items()
            if key in needed or self._chance.random() < 0.7
        }


class DrawnApp:
    """An ASGI app in front of a simulated company: its lists hold other rows."""

    def __init__(self, app: ClockodoApp, official: Path, seed: int) -> None:
        self._app = app
        self._official = json.loads(official.read_text())
        self._chance = Random(seed)
        self._drawer = Drawer(self._official, self._chance)
        self._ids = [*SHARED, *self._chance.sample(range(100, MOST), COUNT - len(SHARED))]
        self._made: dict[tuple[str, str], list[Row]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        path = scope["path"].removeprefix(PREFIX)
        answer: ASGIApp = self._app
        if path in {COMPANY, *KEYS}:
            answer = JSONResponse(self._answer(path, dict(Request(scope).query_params)))
        await answer(scope, receive, send)

    def _answer(self, path: str, asked: dict[str, str]) -> Row:
        of = asked.get("users_id") or asked.get("year") or ""
        if (path, of) not in self._made:
            self._made[path, of] = self._company() if path == COMPANY else self._make(path, of)
        rows = self._made[path, of]
        if path == COMPANY:
            return rows[0]
        if path in {ENTRIES, WORK_TIMES}:
            since, until = (
                asked.get(f"time_{end}") or asked[f"date_{end}"] for end in ("since", "until")
            )
            rows = [r for r in rows if since <= (r.get("time_since") or r["date"]) <= until]
        paging = {"items_per_page": 1000, "current_page": 1, "count_pages": 1}
        answer: Row = {"paging": paging | {"count_items": len(rows)}}
        return {k: answer.get(k, rows) for k in self._envelope(path)["properties"]}

    def _envelope(self, path: str) -> Row:
        content = self._official["paths"][path]["get"]["responses"]["200"]["content"]
        schema: Row = content["application/json"]["schema"]
        return schema

    def _company(self) -> list[Row]:
        answer = self._drawer.draw(self._envelope(COMPANY))
        answer["company"] |= {"timezone_default": self._app.world.timezone, "später": {"a": [None]}}
        return [answer]

    def _make(self, path: str, of: str) -> list[Row]:
        parts = self._envelope(path)["properties"]
        (items,) = (part["items"] for name, part in parts.items() if name != "paging")
        of_people = path == "/v3/users" or KEYS[path] == "users_id"
        ids = self._ids[: PEOPLE if of_people else COUNT]
        rows: list[Row] = [self._drawer.draw(items) | {KEYS[path]: key} for key in ids]
        for number, row in enumerate(rows):
            self._place(path, of, number, row)
            if path != USERS_DAYS and number % 3 == 0:
                inner = row.get("budget") or row
                inner["später"] = self._chance.choice([None, "\x00", {"a": ["ü", 1]}, MOST])
        return rows

    def _place(self, path: str, of: str, number: int, row: Row) -> None:
        """Let a row be of the year or person it is asked for, and its days its own."""
        if path == ENTRIES:
            later = timedelta(seconds=self._chance.randint(0, SECONDS))
            drawn = datetime.combine(BEGIN, time(), UTC) + later
            row["time_since"] = [*BORDERS, f"{drawn:%Y-%m-%dT%H:%M:%SZ}"][min(number, len(BORDERS))]
        elif path == WORK_TIMES:
            row |= {"users_id": int(of), "date": f"{BEGIN + timedelta(days=11 * number)}"}
            row["intervals"] = list({i["time_since"]: i for i in row["intervals"]}.values())
        elif path == REPORTS:
            _dated(row, of)
        for day in {DAYS: [row], USERS_DAYS: row.get("days", [])}.get(path, []):
            day["evaluated_date"] = f"{of}-{self._chance.randint(1, 12):02}-01"
        for n, day in enumerate(row.get("days", [])):
            day["id"] = MOST - n


def _dated(report: Row, year: str) -> None:
    """Give each month of a report its number, and each day a date of its own."""
    for month, details in enumerate(report["month_details"] or [], start=10):
        days = iter(range(1, 30))
        details["nr"] = month
        for week in details["week_details"] or []:
            for day in week["day_details"] or []:
                day["date"] = f"{year}-{month}-{next(days):02}"
