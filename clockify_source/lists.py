"""Everything but entries: lists replaced workspace by workspace."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import ABSENT
from api_extract.errors import Forbidden, Gone, Later, Unsettled
from api_extract.reading import Shape
from api_extract.replace import Marked
from api_extract.run import Lists, Run
from api_extract.spans import Batch, Span, leave, settle
from clockify_source.reading import (
    Clockify,
    Workspace,
    read_list,
    read_profile,
    read_users,
    read_workspaces,
)
from clockify_source.settings import Settings

# What the free plan lacks, by the vendor's page of plans; each request is one of thirty an hour.
PAID_FOR = {
    *("holidays", "time_off_policies", "time_off_requests"),
    *("custom_fields", "expenses", "invoices"),
}
NO_LONGER_HERE = ("DELETED", "LIMITED_DELETED")


def whole(account: Clockify, shape: Shape) -> Iterator[Any]:
    """Read a list of each workspace and replace what differs."""
    run, name = account.run, shape.resource.name
    yield from _replaced(account, Batch(run, shape), lambda each: read_whole(run, name, each))


def read_whole(run: Run[Settings], resource: str, workspace: Workspace) -> Lists:
    """Return a list of a workspace; what its plan surely lacks is not asked for."""
    if resource == "workspaces":
        rows = read_workspaces(run)[resource]
        return {resource: rows.filter(pc.equal(rows["id"], workspace.id))}
    if resource == "users":
        return read_users(run, workspace.id)
    if workspace.is_free and resource in PAID_FOR:
        path = run.resources[resource].path
        raise Forbidden(f"GET {path}: not asked for, as the free plan does not include it.")
    return read_list(run, resource, workspace.asked)


def profiles(account: Clockify, shape: Shape) -> Iterator[Any]:
    """Read how much each person is to work, once a day, as it takes a request for each."""
    run, batch = account.run, Batch(account.run, shape)
    table = shape.tables[0]

    def read(workspace: Workspace) -> Lists | None:
        users = read_users(run, workspace.id)["users"]
        here = pc.invert(pc.is_in(users["status"], pa.array(NO_LONGER_HERE)))
        people: list[str] = users.filter(here)["id"].to_pylist()
        held = run.known.rows(table, "workspace_id = %s", workspace.id)
        before = run.remembered(batch.name).get(workspace.id, {})
        if (
            before.get("read_on") == str(run.today)
            and not run.options.full
            and not before.get("again")
            and set(people) - set(before["nobody"]) <= set(held["user_id"].to_pylist())
        ):
            return None
        found = {person: _profile(run, workspace, person) for person in people}
        nobody = [person for person, profile in found.items() if profile is None]
        facts[workspace.id] = {"read_on": str(run.today), "nobody": nobody}
        # Of whom no profile is shown any more, the last one stays.
        kept = held.filter(pc.is_in(held["user_id"], pa.array(nobody, pa.string())))
        kept = kept.append_column(ABSENT, pa.nulls(kept.num_rows, ABSENT.type))
        rows = [profile[table.name] for profile in found.values() if profile]
        return {table.name: pa.concat_tables([kept, *rows])}

    facts: dict[str, dict[str, Any]] = {}
    yield from _replaced(account, batch, read, facts)


def _profile(run: Run[Settings], workspace: Workspace, person: str) -> Lists | None:
    return read_profile(run, workspace.asked._replace(user=person))


def _replaced(
    account: Clockify,
    batch: Batch,
    read: Callable[[Workspace], Lists | None],
    facts: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> Iterator[Any]:
    """Yield what replaces the rows of workspaces, until there are no requests left.

    What `read` says nothing of is left as it is. `facts`: what else is remembered of a workspace.
    """
    later: Later | None = None
    try:
        _settle(account, batch, read)
    except Later as error:
        later = error
    for span in facts.keys() & batch.facts.keys():
        batch.facts[span] |= facts[span]
    yield from batch.items()
    if later:
        raise later


def _settle(account: Clockify, batch: Batch, read: Callable[[Workspace], Lists | None]) -> None:
    """Read each workspace; where some refuse what is optional, the others still count."""
    refusals: list[Forbidden | Gone] = []
    for workspace in account.workspaces:
        try:
            tables = read(workspace)
        except Unsettled as error:
            leave(batch, workspace.id, "unsettled", str(error))
        except (Forbidden, Gone) as error:
            refusals.append(error)
        else:
            if tables is not None:
                settle(batch, Span(workspace.id, None, Marked(per=workspace.id)), tables)
    optional = batch.shape.resource.optional
    if refusals and (not optional or len(refusals) == len(account.workspaces)):
        raise refusals[0]
    account.run.report.notes += [str(refusal) for refusal in refusals]
