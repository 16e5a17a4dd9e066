"""How the simulated Clockodo is set: rights of the key, readings of the documentation, limits."""

from dataclasses import dataclass, field
from typing import Literal

from simulator.limits import Limit, RetryAfter


@dataclass
class Rights:
    """What the key may see; may be changed while the server runs.

    `forbidden`, `missing` and `gone` name paths that answer 403, 404 and 410. `customers` limits
    other people's entries to those customers, without a word; `people` False leaves only the key
    owner's own rows in everything about people. Without `money`, other people's `billable` is -1:
    the vendor documents the value as "not available" and does not say when it comes.
    """

    owner: bool = True
    enhanced: bool = True
    money: bool = True
    people: bool = True
    customers: set[int] | None = None
    forbidden: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


@dataclass
class Switches:
    """One reading for each question that the vendor's documentation leaves open.

    `default_page`: entries on a page where no size is asked for. `largest_page`: more than that is
    on no page, whatever is asked for. `completion_touches`: completing a project moves the time of
    last change of its entries.
    """

    window: Literal["start", "overlap"] = "start"
    since: Literal["inclusive", "exclusive"] = "inclusive"
    until: Literal["inclusive", "exclusive"] = "inclusive"
    order: Literal["ascending", "descending", "arbitrary"] = "ascending"
    empty_pages: Literal[0, 1] = 0
    default_page: Literal[50, 1000, 2500] = 2500
    largest_page: int = 5000
    retry_after: RetryAfter = "seconds"
    text_in_plain: bool = True
    offset: bool = False
    change_requests: Literal["change_requests", "data"] = "change_requests"
    group_keys: Literal["string", "number"] = "string"
    scalar_sort_on_subprojects: bool = False
    completion_touches: bool = False


@dataclass(frozen=True)
class Limits:
    """Requests in so many seconds: of the key in all, and of two endpoints on top."""

    overall: tuple[Limit, ...] = ((900, 60), (2250, 900), (4500, 3600), (20_000, 86_400))
    enhanced: tuple[Limit, ...] = ((300, 900),)
    entrygroups: tuple[Limit, ...] = ((10, 60),)
