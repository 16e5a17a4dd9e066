"""Entries that an invoice takes or gives back: old ones are marked, and nothing else may tell.

The list of invoices tells, compared with the one that it is about to replace: a new invoice is
asked for its entries; where one has changed or is gone, all that was invoiced to its client is read
again, too. What somebody marks as invoiced by hand, in days long gone, is seen by `--full` only,
unless the feed tells.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from api_extract.due import every_month
from api_extract.errors import Forbidden, Gone, NotAsAgreed
from api_extract.pages import Request
from api_extract.run import Lists, Run
from api_extract.session import Answer
from api_extract.windows import month_at
from clockify_source.reading import Workspace
from clockify_source.settings import Settings
from clockify_source.tables_time import BEGINS

INVOICES, ENTRIES = "invoices", "time_entries"
DECIDING = ("client_id", "amount")  # not what was paid, nor when it is due
MOST_ASKED = 50  # requests; then it is cheaper to read everything

Row = dict[str, Any]


def doubt_invoiced(run: Run[Settings], workspace: Workspace, lists: Lists) -> Lists:
    """Return invoices; have the months read again whose entries they may take or give back."""
    if workspace.id not in run.remembered(INVOICES):
        return lists
    held = run.known.rows(run.guarded(INVOICES)[0], "workspace_id = %s", workspace.id)
    before, now = ({row["id"]: row for row in t.to_pylist()} for t in (held, lists[INVOICES]))
    differing = {id_ for id_ in {*before, *now} if _says(before, id_) != _says(now, id_)}
    try:
        begins = _begins(run, workspace, sorted(differing & now.keys()))
    except (Forbidden, NotAsAgreed):  # it is not told which
        months = every_month(run)
    else:
        for client in {before[invoice].get("client_id") for invoice in differing & before.keys()}:
            begins += _invoiced_to(run, workspace, client)
        months = [month for each in begins if (month := month_at(each, run.zone))]
    for month in months:
        run.flag(ENTRIES, f"{workspace.id}:{month.key}", again=True)
    return lists


def _begins(run: Run[Settings], workspace: Workspace, invoices: list[str]) -> list[Any]:
    """Return when the entries begin that some invoices name."""
    if len(invoices) > MOST_ASKED:
        raise Forbidden("More invoices than are worth asking for.")
    entries = {entry for invoice in invoices for entry in _entries_of(run, workspace, invoice)}
    begins: list[Any] = run.known.by_id(run.guarded(ENTRIES)[0], sorted(entries))[
        BEGINS
    ].to_pylist()
    return begins


def _says(invoices: dict[str, Row], invoice: str) -> list[object]:
    """Return what of an invoice decides on its entries, as far as it is known."""
    row = invoices.get(invoice)
    return [row.get(n) for n in DECIDING] + [row.get("status") == "VOID"] if row else []


def _entries_of(run: Run[Settings], workspace: Workspace, invoice: str) -> list[str]:
    """Return the ids of entries that an invoice names."""
    path = f"/workspaces/{workspace.id}/invoices/{quote(invoice, safe='')}"
    try:
        items = run.session.fetch(Request(path, kind=workspace.id), _items)
    except Gone:
        return []
    return [entry for item in items for entry in item.time_entry_ids or ()]


def _invoiced_to(run: Run[Settings], workspace: Workspace, client: str | None) -> list[Any]:
    """Return when entries begin that were invoiced to a client; to anybody, if it is not known."""
    table = run.guarded(ENTRIES)[0]
    if not {"client_id", "invoicing_info"} <= {c.name for c in table.loaded}:
        return []
    where, values = "workspace_id = %s AND invoicing_info NOT IN ('[]', '{}')", [workspace.id]
    if client is not None:
        where, values = f"{where} AND client_id = %s", [*values, client]
    return [begins for (begins,) in run.known.distinct(table, (BEGINS,), where, *values)]


class _Item(msgspec.Struct, rename="camel"):
    time_entry_ids: list[str] | None = None


class _Invoice(msgspec.Struct):
    items: list[_Item] | None = None


def _items(answer: Answer) -> list[_Item]:
    return msgspec.json.decode(answer.body, type=_Invoice).items or []
