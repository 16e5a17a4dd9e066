"""The company as Clockify's REST API tells it.

request -> counted -> key -> path -> limits -> workspace -> plan -> view -> one of the endpoints
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from simulator import clockify_books as books
from simulator import clockify_calendar as calendar
from simulator import clockify_changes as changes
from simulator import clockify_entries as entries
from simulator import clockify_people as people
from simulator import clockify_reports as reports
from simulator import clockify_time_off as time_off
from simulator import clockify_work as work
from simulator.app import App, is_same
from simulator.clockify_params import Asked, Refused, denied, no_route, wrong_verb
from simulator.clockify_settings import Limits, Plan, Rights, Switches, includes
from simulator.clockify_summary import summary
from simulator.clockify_tenant import Tenant
from simulator.clockify_view import View
from simulator.limits import Exceeded, Windows
from simulator.server import below
from simulator.world import World

__all__ = ["KEY", "TOKEN", "ClockifyApp", "Limits", "Rights", "Switches"]
# Invented; as long as real ones.
KEY = "aW52ZW50ZWQgQVBJIGtleSBvZiBvdXIgb3duIDEyMzQ1Njc4"
TOKEN = "invented.token.of.an.addon"  # noqa: S105 - as the comment says
CORE, REPORT = "core", "report"
# Where the two hosts begin; the reports of a region have no `/api`.
HOST_OF = re.compile(r"(?:/api)?/(report)/v1/|/api/v1/")
Answer = Callable[..., bytes]


def write(_: View, *__: str) -> bytes:
    """Refuse to change anything: nobody who reads should come here."""
    raise denied()


@dataclass(frozen=True)
class Route:
    """One endpoint, below a workspace unless it is at the top; the braces in its path are ids."""

    path: str
    answer: Answer
    verbs: str = "GET"
    plan: Plan = "FREE"
    host: str = CORE
    top: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What paths of this endpoint look like."""
        path = self.path if self.top else "/workspaces/{}" + self.path
        return re.compile(path.replace("{}", "([^/]+)"))


ROUTES = (
    Route("/user", people.me, top=True),
    Route("/workspaces", people.list_workspaces, top=True),
    Route("", people.one_workspace),
    Route("/users", people.list_users),
    Route("/users/{}", write, "PUT, DELETE"),
    Route("/member-profile/{}", people.member_profile),
    Route("/user-groups", people.list_groups),
    Route("/user-groups/{}", write, "PUT, DELETE"),
    Route("/clients", work.list_clients),
    Route("/clients/{}", work.one_client),
    Route("/projects", work.list_projects),
    Route("/projects/{}", work.one_project),
    Route("/projects/{}/tasks", work.list_tasks),
    Route("/projects/{}/tasks/{}", work.one_task),
    Route("/tags", work.list_tags),
    Route("/tags/{}", work.one_tag),
    Route("/custom-fields", work.list_custom_fields, plan="PRO"),
    Route("/custom-fields/{}", write, "PUT, DELETE", plan="PRO"),
    Route("/user/{}/time-entries", entries.list_entries),
    Route("/time-entries", write, "POST"),
    Route("/time-entries/{}", entries.one_entry),
    Route("/time-entries/status/in-progress", entries.list_running),
    Route("/entities/created", changes.created),
    Route("/entities/updated", changes.updated),
    Route("/entities/deleted", changes.deleted),
    Route("/holidays", calendar.list_holidays, plan="STANDARD"),
    Route("/holidays/{}", write, "PUT, DELETE", plan="STANDARD"),
    Route("/time-off/policies", calendar.list_policies, plan="STANDARD"),
    Route("/time-off/requests", time_off.list_requests, "POST", plan="STANDARD"),
    Route("/expenses", books.list_expenses, plan="PRO"),
    Route("/expenses/categories", books.list_categories, plan="PRO"),
    Route("/invoices", books.list_invoices, plan="STANDARD"),
    Route("/invoices/{}", books.one_invoice, plan="STANDARD"),
    Route("/reports/detailed", reports.detailed, "POST", host=REPORT),
    Route("/reports/summary", summary, "POST", host=REPORT),
)


class ClockifyApp(App):
    """An ASGI app; `others` are companies that the key sees as further workspaces.

    People of equal number are one person in all of them. `requests` and `counts` know a path as
    it goes on from the base URL, be it the reports' or the other.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own, given by name
        self,
        world: World,
        *,
        others: Sequence[World] = (),
        key: str = KEY,
        token: str = TOKEN,
        rights: Rights | None = None,
        switches: Switches | None = None,
        limits: Limits | None = None,
        plan: Plan = "PRO",
    ) -> None:
        super().__init__(world)
        self.tenants = [Tenant(each, n) for n, each in enumerate((world, *others), start=1)]
        self.key = key
        self.token = token
        self.rights = rights or Rights()
        self.switches = switches or Switches()
        self.limits = limits
        self.windows = Windows()
        self.plan = plan

    @property
    def workspaces(self) -> list[str]:
        """Ids of the workspaces."""
        return [tenant.key for tenant in self.tenants]

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        path, body = below(request.url.path), await request.body()
        asked = Asked(request.url.query, body, oversized=self.switches.oversized)
        headers = self.note(path, asked.asked())
        try:
            content, told = self.answer(request, path, asked)
            return Response(content, headers=headers | told, media_type="application/json")
        except Exceeded as exceeded:
            headers |= exceeded.headers(self.switches.retry_after)
            refused = Refused(429, 429, "Too many requests")
            if self.switches.too_many == "empty":
                return Response(b"", 429, headers)
        except Refused as refusal:
            refused = refusal
        return Response(refused.body, refused.status, headers | refused.headers, "application/json")

    def answer(self, request: Request, path: str, asked: Asked) -> tuple[bytes, dict[str, str]]:
        """Check who asks, find the endpoint and let it speak; the world stands still meanwhile."""
        by_token = self.check_caller(request)
        host = HOST_OF.match(request.url.path)
        if host is None:
            raise no_route(request.url.path)
        route, tenant, ids = self.find(request.method, REPORT if host[1] else CORE, path)
        # Only what reaches an endpoint is counted.
        self.count(tenant)
        if by_token and route.answer is people.list_workspaces:
            raise denied()
        if not includes(self.plan, route.plan):
            raise self.not_in_plan()
        view = View(tenant, self.tenants, asked, self.rights, self.switches, self.plan, self.me)
        with tenant.world.lock:
            return route.answer(view, *ids), view.headers

    def check_caller(self, request: Request) -> bool:
        """Accept a key or a token, not both; tells whether it was the token."""
        key, token = (request.headers.get(name) for name in ("X-Api-Key", "X-Addon-Token"))
        if (key is None) is (token is None):
            raise Refused(401, 1000, "Multiple or none auth tokens present")
        if key is not None and not is_same(key, self.key):
            raise Refused(401, 4003, "Api key does not exist")
        if token is not None and not is_same(token, self.token):
            raise Refused(401, 4017, "Addon token is not valid")
        return token is not None

    def find(self, verb: str, host: str, path: str) -> tuple[Route, Tenant, list[str]]:
        """Endpoint of a path, the workspace it is about, and the other ids in it."""
        route, ids = find_route(verb, host, path)
        if route.path in self.rights.missing:
            raise no_route(path)
        if route.path in self.rights.forbidden:
            raise denied()
        if route.top:
            return route, self.tenants[0], ids
        tenant = next((tenant for tenant in self.tenants if tenant.key == ids[0]), None)
        if tenant is None:
            raise denied()
        return route, tenant, ids[1:]

    def count(self, tenant: Tenant) -> None:
        """Count a request against the limit of its workspace."""
        if self.limits:
            limit = self.limits.free if self.plan == "FREE" else self.limits.paid
            self.windows.count({tenant.key: limit})

    def not_in_plan(self) -> Refused:
        """Answer to who asks for what the plan lacks."""
        status = self.switches.plan_refusal
        if status == 403:  # noqa: PLR2004 - forbidden
            return denied()
        return Refused(status, 501, "No active subscription")


def find_route(verb: str, host: str, path: str) -> tuple[Route, list[str]]:
    """Endpoint of a path; of one that has another verb, what it is there for."""
    for route in ROUTES:
        found = route.pattern.fullmatch(path) if route.host == host else None
        if found and verb not in route.verbs.split(", "):
            raise wrong_verb(verb, route.verbs)
        if found:
            return route, list(found.groups())
    raise no_route(path)
