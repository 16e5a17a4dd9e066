"""How the simulated Clockify is set: rights of the key, readings of the documentation, limits."""

from dataclasses import dataclass, field
from typing import Literal

from simulator.limits import Limit, RetryAfter

Plan = Literal["FREE", "BASIC", "STANDARD", "PRO", "ENTERPRISE"]
PLANS: tuple[Plan, ...] = ("FREE", "BASIC", "STANDARD", "PRO", "ENTERPRISE")


def includes(plan: Plan, needed: Plan) -> bool:
    """Whether a plan has what comes with another."""
    return PLANS.index(plan) >= PLANS.index(needed)


@dataclass
class Rights:
    """What the key may see; may be changed while the server runs.

    A member sees their own rows only, and no rates where `hides_rates`, a setting of the
    workspace. `forbidden` and `missing` name paths below a workspace, as routes are written
    (`/projects/{}/tasks`), that answer 403 and 404. `left` are people who were deleted from the
    workspace: no list tells of them, but their work is not undone.
    """

    role: Literal["owner", "admin", "member"] = "owner"
    hides_rates: bool = True
    forbidden: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


@dataclass
class Switches:
    """One reading for each question that the vendor's documentation leaves open.

    `window`, `feed_window`: whether `start` and `end` are wall clocks of the account's zone, or
    instants. `oversized`: what becomes of a page size above the maximum. `account_statuses`: how
    several values may be asked for. `unbillable_rates`: whether the rate of an entry that is not
    billable is told. `request_window`: what `start` and `end` of requests for time off test.
    `plan_refusal`: the status of what the plan lacks.
    """

    window: Literal["wall", "instant"] = "wall"
    oversized: Literal["refused", "capped"] = "refused"
    last_page: Literal["told", "absent"] = "told"
    account_statuses: Literal["both", "repeated", "comma"] = "both"
    limited_entries: Literal["readable", "refused"] = "readable"
    hidden_rates: Literal["null", "absent"] = "null"
    unbillable_rates: Literal["told", "null"] = "told"
    no_tags: Literal["empty", "null"] = "empty"
    approvals: Literal["told", "absent"] = "told"
    hydrated_tasks: Literal["all", "active"] = "all"
    archived_categories: Literal["both", "active"] = "both"
    expense_dates: Literal["date", "instant"] = "date"
    report_rows: Literal["timeentries", "timeEntries"] = "timeentries"
    report_tags: Literal["tagIds", "tags"] = "tagIds"
    report_locks: Literal["isLocked", "locked"] = "isLocked"
    report_running: Literal["told", "absent"] = "told"
    not_invoiced: Literal["absent", "list"] = "absent"
    feed: Literal["open", "refused"] = "open"
    feed_window: Literal["wall", "instant"] = "instant"
    feed_rows: Literal["bare", "response"] = "bare"
    feed_first_page: Literal[0, 1] = 0
    feed_kind: Literal["documentCode", "documentType"] = "documentCode"
    request_status: Literal["object", "bare"] = "object"
    request_window: Literal["created", "period"] = "created"
    request_balance: Literal["positive", "negative"] = "positive"
    plan_refusal: Literal[400, 402, 403] = 400
    retry_after: RetryAfter = "absent"
    too_many: Literal["json", "empty"] = "json"


@dataclass(frozen=True)
class Limits:
    """Requests in so many seconds, of a workspace on the free plan and on any other."""

    free: tuple[Limit, ...] = ((30, 3600),)
    paid: tuple[Limit, ...] = ((50, 1),)
