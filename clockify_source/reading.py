"""How the lists of a workspace are read: whole, and each that others need once a run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from api_extract.errors import Forbidden, Gone, YourMove
from api_extract.pages import Page, Request
from api_extract.reading import read
from api_extract.run import Lists, Run
from api_extract.session import Answer
from clockify_source.api import first_request, list_pages
from clockify_source.nested import Stamp
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
    def stamp(self) -> Stamp:
        """What its rows are stamped with."""
        return Stamp(self.id, sees_money=self.role in ALL_SEEING)


@dataclass
class Clockify:
    """One run over what one key sees; the workspaces are known when it has been identified.

    `booked`: by workspace, the projects and tasks to which the entries of this run point.
    """

    run: Run[Settings]
    workspaces: list[Workspace] = field(default_factory=list)
    booked: dict[str, set[tuple[str, str]]] = field(default_factory=dict)


def read_list(run: Run[Settings], resource: str, stamp: Stamp, **params: str) -> Lists:
    """Return a list of a workspace, as `api_extract.reading.read` does."""
    shape = run.shape(resource)
    request = first_request(shape.resource, stamp.workspace).with_params(**params)
    return read(
        run.session, shape, lambda: list_pages(run.session, shape.resource, request), stamp=stamp
    )


def read_workspaces(run: Run[Settings]) -> Lists:
    """Return the workspaces, once a run; an add-on must name those it reads."""
    shape, named = run.shape("workspaces"), run.settings.workspaces

    def each() -> Iterator[Page]:
        for number, one in enumerate(sorted(named), start=1):
            request = Request(f"{shape.resource.path}/{one}")
            try:
                yield run.session.fetch(request, partial(_alone, number=number))
            except (Forbidden, Gone) as error:
                raise YourMove(f"{error} Check WORKSPACES.") from None

    def listed() -> Lists:
        request = Request(shape.resource.path)
        listing = partial(list_pages, run.session, shape.resource, request)
        return read(run.session, shape, each if run.settings.addon_token else listing)

    return run.once("workspaces", listed)


def read_users(run: Run[Settings], workspace: str) -> Lists:
    """Return everybody in a workspace, once a run; who changed lists meanwhile counts once."""

    def everybody() -> Lists:
        stamp = Stamp(workspace)
        lists = [read_list(run, "users", stamp)]
        for status in HIDDEN:
            try:
                lists.append(read_list(run, "users", stamp, **{"account-statuses": status}))
            except (Forbidden, Gone) as error:
                run.report.notes.append(f"People who are {status} cannot be listed: {error}")
        return {
            t.name: _distinct(pa.concat_tables(found[t.name] for found in lists), t.key)
            for t in run.shape("users").tables
        }

    return run.once(f"users {workspace}", everybody)


def present(run: Run[Settings], workspace: str) -> set[str]:
    """Return the people who can still work in a workspace."""
    lists = read_users(run, workspace)
    gone = [("users", "id", "status", {"DELETED", "LIMITED_DELETED"})]
    if "membership_status" in lists["memberships"].column_names:
        gone.append(("memberships", "user_id", "membership_status", {"INACTIVE", "DECLINED"}))
    here = set(lists["users"]["id"].to_pylist())
    for table, person, state, left in gone:
        rows = lists[table]
        here -= {*rows.filter(pc.is_in(rows[state], pa.array(left)))[person].to_pylist()}
    return here


def _distinct(rows: pa.Table, key: tuple[str, ...]) -> pa.Table:
    numbered = rows.append_column("number", pa.array(range(rows.num_rows), pa.int64()))
    first = numbered.group_by(list(key)).aggregate([("number", "min")])["number_min"]
    return rows.take(first.sort())


def read_profile(run: Run[Settings], stamp: Stamp) -> Lists | None:
    """Return the profile of one person; None where there is none, or none that may be seen."""
    shape = run.shape("member_profiles")
    request = first_request(shape.resource, stamp.workspace, user=stamp.user)

    def once() -> Iterator[Page]:
        yield run.session.fetch(request, _alone)

    try:
        found = read(run.session, shape, once, stamp=stamp)
    except (Forbidden, Gone):
        return None
    return found if found[shape.tables[0].name].num_rows else None


def _alone(answer: Answer, number: int = 1) -> Page:
    """Return an answer that is one row as a page of it."""
    msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])  # else it is asked for again
    return Page(msgspec.Raw(b"[" + answer.body + b"]"), number)
