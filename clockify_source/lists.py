"""Everything but entries: lists replaced workspace by workspace."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import ABSENT, Reader
from api_extract.errors import Forbidden, Gone, Later, Unusable
from api_extract.reading import Shape
from api_extract.replace import Marked
from api_extract.run import Lists, Run
from api_extract.spans import Batch, Span, leave, rests, settle
from clockify_source.invoiced import INVOICES, doubt_invoiced
from clockify_source.reading import (
    Clockify,
    Workspace,
    read_list,
    read_users,
    read_workspaces,
)
from clockify_source.settings import Settings
from clockify_source.tables import TASKS
from clockify_source.tasks import with_done

# What the free plan lacks, by the vendor's page of plans; each request is one of thirty an hour.
PAID_FOR = {
    *("holidays", "time_off_policies", "time_off_requests"),
    *("custom_fields", "expenses", "invoices"),
}


def whole(account: Clockify, shape: Shape) -> Iterator[Any]:
    """Read a list of each workspace and replace what differs."""
    run, name = account.run, shape.resource.name

    def read(workspace: Workspace) -> Lists:
        lists = read_whole(run, name, workspace)
        if name == INVOICES:
            return doubt_invoiced(run, workspace, lists)
        return with_done(account, workspace, lists) if TASKS.name in lists else lists

    yield from replaced(account, Batch(run, shape), read)


def read_whole(run: Run[Settings], resource: str, workspace: Workspace) -> Lists:
    """Return a list of a workspace; what its plan surely lacks is not asked for."""
    shape = run.shape(resource)
    if resource == "workspaces":
        rows = read_workspaces(run)[resource]
        return _seen(shape, workspace, {resource: rows.filter(pc.equal(rows["id"], workspace.id))})
    if resource == "users":
        return _seen(shape, workspace, read_users(run, workspace.id))
    if workspace.is_free and resource in PAID_FOR:
        path = shape.resource.path.format(workspace=workspace.id)
        raise Forbidden(f"GET {path}: not asked for, as the free plan does not include it.")
    return read_list(run, resource, workspace.stamp)


def _seen(shape: Shape, workspace: Workspace, lists: Lists) -> Lists:
    """Return lists that were read before the reader's role was known.

    What a right decides on, and is null, may be hidden from somebody who does not see everything.
    """
    if workspace.stamp.sees_money:
        return lists
    return {name: _doubted(shape.readers[name], rows) for name, rows in lists.items()}


def _doubted(reader: Reader, rows: pa.Table) -> pa.Table:
    """Return rows in which a null that a right decides on is marked as absent."""
    absent = [set(names or ()) for names in rows[ABSENT.name].to_pylist()]
    for column in (c for c in reader.table.loaded if c.right):
        for names, is_null in zip(absent, rows[column.name].is_null().to_pylist(), strict=True):
            if is_null and column.name not in names:
                reader.seen.absent[column.name] += 1
                names.add(column.name)
    marks = pa.array([sorted(names) or None for names in absent], ABSENT.type)
    return rows.drop_columns(ABSENT.name).append_column(ABSENT, marks)


def replaced(
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
    run, report = account.run, account.run.report.resource(batch.name)
    spans = [Span(each.id, None, Marked(per=each.id)) for each in account.workspaces]
    for workspace, span in zip(account.workspaces, spans, strict=True):
        if rests(batch, span):
            continue
        try:
            tables = read(workspace)
        except Unusable as error:
            leave(batch, workspace.id, error.status, str(error))
        except (Forbidden, Gone) as error:
            refusals.append(error)
            if run.refuses(f"{batch.name} {workspace.id}", is_refused=True):
                report.newly = workspace.id in run.remembered(batch.name)
                report.detail = str(error)
        else:
            run.refuses(f"{batch.name} {workspace.id}", is_refused=False)
            if tables is not None:
                settle(batch, span, tables)
    optional = batch.shape.resource.optional
    if refusals and (not optional or len(refusals) == len(account.workspaces)):
        raise refusals[0]
    run.report.notes += [str(refusal) for refusal in refusals]
