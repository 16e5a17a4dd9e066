"""The company as Clockodo's REST API tells it.

request -> counted -> key, client id -> path -> limits -> view -> one of the endpoints
"""

import base64
import binascii
import re
from collections.abc import Callable
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulator import clockodo_rows, clockodo_years
from simulator.app import App, is_same
from simulator.clockodo_entries import clock, list_entries, one_entry
from simulator.clockodo_groups import entry_groups
from simulator.clockodo_limits import Limiter
from simulator.clockodo_lists import LISTS, Listing, list_rows, one_row
from simulator.clockodo_params import Params, Refused
from simulator.clockodo_settings import Limits, Rights, Switches
from simulator.clockodo_view import LANGUAGES, View, forbidden
from simulator.limits import Exceeded
from simulator.world import World
from simulator.written import encode

__all__ = ["KEY", "ClockodoApp", "Limits", "Rights", "Switches"]
PREFIX = "/api"
# Invented; as long as a real one.
KEY = "0123456789abcdef0123456789abcdef"
# From the vendor's SDK; the documentation gives no length.
LONGEST_CLIENT_ID = 50
# Ended by the vendor, most of them on 2026-05-01.
RETIRED = {
    *("/absences", "/v2/absences", "/v3/absences", "/customers", "/v2/customers"),
    *("/v2/customers/countProjects", "/entries", "/v2/projects", "/services", "/v2/services"),
    *("/v3/services", "/lumpsumservices", "/v2/lumpsumservices", "/v3/lumpsumservices"),
    *("/users", "/v2/users", "/users/me", "/v2/users/me", "/v2/teams", "/v2/entriesTexts"),
    *("/holidaysquota", "/holidayscarry", "/overtimecarry", "/nonbusinessgroups"),
    *("/nonbusinessdays", "/entrygroups", "/v2/lumpSumServices", "/v3/lumpSumServices"),
}
Answer = Callable[[View], bytes]
ANSWERS: dict[str, Answer] = {
    **{path: partial(list_rows, listing=listing) for path, listing in LISTS.items()},
    "/v2/entries": list_entries,
    "/v2/entrygroups": entry_groups,
    "/v2/clock": clock,
    "/v2/nonbusinessDays": clockodo_years.nonbusiness_days,
    "/v2/usersNonbusinessDays": clockodo_years.users_nonbusiness_days,
    "/userreports": clockodo_years.user_reports,
    "/v4/users/me": lambda view: encode({"data": clockodo_rows.me(view)}),
    "/v2/aggregates/users/me": lambda view: encode(clockodo_rows.aggregate(view)),
}
ONE_OF = re.compile(r"(/.+)/(\d+)")
# No single rows: a rate may lack an id, a day at work has none.
NO_SINGLE = {"/v4/rates", "/v2/workTimes", "/v2/workTimes/changeRequests"}


class ClockodoApp(App):
    """An ASGI app; `requests` and `counts` tell what was asked of it."""

    def __init__(  # noqa: PLR0913 - each is a setting of its own, given by name
        self,
        world: World,
        *,
        user: str | None = None,
        key: str = KEY,
        rights: Rights | None = None,
        switches: Switches | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(world)
        self.user: str = user or self.owner["email"]
        self.key = key
        self.rights = rights or Rights()
        self.switches = switches or Switches()
        self.limiter = Limiter(limits) if limits else None

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        path = request.url.path.removeprefix(PREFIX)
        params = Params(request.url.query)
        headers = self.note(path, params.asked())
        try:
            body = self.answer(request, path, params)
            return Response(body, headers=headers, media_type="application/json")
        except Exceeded as exceeded:
            headers |= exceeded.headers(self.switches.retry_after)
            refused = Refused(429, str(exceeded), "TooManyRequests")
        except Refused as refusal:
            refused = refusal
        body = msgspec.json.encode(refused.body(path))
        return Response(body, refused.status, headers, "application/json")

    def answer(self, request: Request, path: str, params: Params) -> bytes:
        """Check who asks, find the endpoint and let it speak; the world stands still meanwhile."""
        self.check_caller(request)
        if not request.url.path.startswith(PREFIX + "/"):
            raise no_route(path)
        respond = self.find(path)
        if request.method != "GET":
            raise Refused(405, "Method not allowed", "MethodNotAllowed")
        # Only what reaches an endpoint is counted.
        if self.limiter:
            self.limiter.check(path, params)
        language = language_of(request.headers.get("Accept-Language", ""))
        view = View(
            self.world, params, self.rights, self.switches, self.me, language, iso_header(request)
        )
        with self.world.lock:
            return respond(view)

    def check_caller(self, request: Request) -> None:
        """Accept the key by headers or by HTTP Basic; the client id must come with both."""
        user = request.headers.get("X-ClockodoApiUser", "")
        key = request.headers.get("X-ClockodoApiKey", "")
        scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            user, key = decoded(coded)
        if not is_same(f"{user}:{key}", f"{self.user}:{self.key}"):
            raise Refused(401, "Authentication failed")
        client = request.headers.get("X-Clockodo-External-Application", "")
        if not 0 < len(client) <= LONGEST_CLIENT_ID:
            raise Refused(400, "The header X-Clockodo-External-Application is missing or too long")

    def find(self, path: str) -> Answer:
        """Endpoint of a path, exact to the letter case."""
        found = ONE_OF.fullmatch(path)
        names = {path, found[1] if found else path}
        if names & (self.rights.gone | RETIRED):
            message = "This endpoint is deprecated and has been removed, use a newer version"
            raise Refused(410, message, "Deprecated")
        if names & self.rights.forbidden:
            raise forbidden()
        if names & self.rights.missing:
            raise no_route(path)
        if path in ANSWERS:
            return ANSWERS[path]
        if found:
            return self.find_one(path, found[1], int(found[2]))
        raise no_route(path)

    def find_one(self, path: str, parent: str, key: int) -> Answer:
        """Endpoint of one row."""
        if parent == "/v2/entries":
            return lambda view: one_entry(view, key)
        if parent == "/userreports":
            return lambda view: clockodo_years.user_report(view, key)
        listing: Listing | None = LISTS.get(parent)
        if listing is None or parent in NO_SINGLE:
            raise no_route(path)
        return lambda view: one_row(view, listing, key)


def no_route(path: str) -> Refused:
    """Answer to a path that does not exist."""
    return Refused(404, f"No route found for {path}", "RouteNotFound")


def decoded(coded: str) -> tuple[str, str]:
    """User and key of HTTP Basic; nonsense is nobody."""
    try:
        user, _, key = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, key


def iso_header(request: Request) -> bool:
    """Whether the caller wants UTC everywhere; unversioned endpoints speak local time otherwise."""
    return request.headers.get("X-ClockodoEnableIsoUtcDateTimes") == "1"


def language_of(header: str) -> int:
    """Position of the first language that the API speaks; English otherwise."""
    for part in header.split(","):
        language = part.strip()[:2].lower()
        if language in LANGUAGES:
            return LANGUAGES.index(language)
    return 0
