"""How the lists of a workspace are read: whole, and each that others need once a run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import msgspec
import pyarrow as pa

from api_extract.errors import Gone
from api_extract.pages import Page, Request
from api_extract.reading import read
from api_extract.run import Lists, Run
from api_extract.session import Answer
from clockify_source.api import first_request, list_pages
from clockify_source.nested import Asked
from clockify_source.settings import Settings

# Who has nothing but time: left out of the list of people unless asked for, one word at a time,
# as it is not documented how to ask for several.
HIDDEN = ("LIMITED", "LIMITED_DELETED", "DELETED")
FREE = "FREE"
ALL_SEEING = frozenset({"owner", "admin"})


@dataclass(frozen=True)
class Workspace:
    """A workspace that is read; `plan` may be empty; `role`: what the key's owner is in it."""

    id: str
    plan: str
    role: str | None = None

    @property
    def is_free(self) -> bool:
        """Whether it is on the plan of few requests."""
        return self.plan == FREE

    @property
    def asked(self) -> Asked:
        """What its rows are stamped with."""
        return Asked(self.id, sees_money=self.role in ALL_SEEING)


@dataclass
class Clockify:
    """One run over what one key sees; the workspaces are known when it has been identified."""

    run: Run[Settings]
    workspaces: list[Workspace] = field(default_factory=list)


def read_list(run: Run[Settings], resource: str, asked: Asked, **params: str) -> Lists:
    """Return a list of a workspace, as `api_extract.reading.read` does."""
    shape = run.shape(resource)
    request = first_request(shape.resource, asked.workspace).with_params(**params)
    return read(
        run.session, shape, lambda: list_pages(run.session, shape.resource, request), stamp=asked
    )


def read_workspaces(run: Run[Settings]) -> Lists:
    """Return the workspaces, once a run; an add-on must name those it reads."""
    shape, named = run.shape("workspaces"), run.settings.workspaces

    def each() -> Iterator[Page]:
        for number, one in enumerate(sorted(named), start=1):
            request = Request(f"{shape.resource.path}/{one}")
            yield run.session.fetch(request, partial(_alone, number=number))

    def listed() -> Lists:
        request = Request(shape.resource.path)
        listing = partial(list_pages, run.session, shape.resource, request)
        return read(run.session, shape, each if run.settings.addon_token else listing)

    return run.once("workspaces", listed)


def read_users(run: Run[Settings], workspace: str) -> Lists:
    """Return everybody in a workspace, once a run; who changed lists meanwhile counts once."""

    def everybody() -> Lists:
        asked = Asked(workspace)
        ways = [{}, *({"account-statuses": status} for status in HIDDEN)]
        lists = [read_list(run, "users", asked, **way) for way in ways]
        return {
            t.name: _distinct(pa.concat_tables(found[t.name] for found in lists), t.key)
            for t in run.shape("users").tables
        }

    return run.once(f"users {workspace}", everybody)


def _distinct(rows: pa.Table, key: tuple[str, ...]) -> pa.Table:
    numbered = rows.append_column("number", pa.array(range(rows.num_rows), pa.int64()))
    first = numbered.group_by(list(key)).aggregate([("number", "min")])["number_min"]
    return rows.take(first.sort())


def read_profile(run: Run[Settings], asked: Asked) -> Lists | None:
    """Return the profile of one person; None where there is none, or none that may be seen."""
    shape = run.shape("member_profiles")
    request = first_request(shape.resource, asked.workspace, user=asked.user)

    def once() -> Iterator[Page]:
        yield run.session.fetch(request, _alone)

    try:
        return read(run.session, shape, once, stamp=asked)
    except Gone:
        return None


def _alone(answer: Answer, number: int = 1) -> Page:
    """Return an answer that is one row as a page of it."""
    return Page(msgspec.Raw(b"[" + answer.body + b"]"), number)
