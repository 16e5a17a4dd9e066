"""Expenses, which stand for lump sums, and invoices over what was billed."""

from collections import defaultdict

from simulator.clockify_ids import hex_id
from simulator.clockify_params import denied, foreign
from simulator.clockify_report_rows import INVOICED, amount_of
from simulator.clockify_values import colour, minor
from simulator.clockify_view import View
from simulator.instants import local_day
from simulator.store import LUMP_SUM, TIME, Entry, Row
from simulator.written import encode

# Category of sums without a price list; the others are the priced services.
ANY = 1
MONTHS = 1_000_000
DUE_DAYS = 14
STATUSES = ("UNSENT", "SENT", "PAID", "PARTIALLY_PAID", "VOID", "OVERDUE")


def list_expenses(view: View) -> bytes:
    """Answer with a page of expenses, whatever dates are asked for."""
    wanted = view.asked.get("user-id")
    entries = [e for e in view.world.entries if e.type != TIME and not e.test_data]
    entries = [e for e in entries if view.sees(e.users_id)]
    if wanted:
        users_id = view.tenant.number_of("users", wanted, "User")
        entries = [e for e in entries if e.users_id == users_id]
    rows = [expense_row(view, entry) for entry in view.paged(entries[::-1])]
    listed = {"expenses": rows, "count": len(entries)}
    return encode({"expenses": listed, "dailyTotals": [], "weeklyTotals": []})


def expense_row(view: View, entry: Entry) -> Row:
    """Show a lump sum as an expense; what belongs to it is told as objects, not as ids."""
    day = local_day(view.world.timezone, entry.time_since).isoformat()
    quantity, price = entry.lumpsum_services_amount, entry.lumpsum_services_price
    if entry.type == LUMP_SUM:
        quantity, price = 1.0, entry.lumpsum
    project = view.world.tables["projects"].get(entry.projects_id or 0)
    return {
        "id": view.tenant.id("expenses", entry.id),
        "workspaceId": view.tenant.key,
        "date": day if view.switches.expense_dates == "date" else f"{day}T00:00:00Z",
        "userId": hex_id("users", entry.users_id),
        "billable": entry.billable > 0,
        "locked": view.tenant.is_locked(entry),
        "quantity": quantity,
        "total": minor(quantity * price),
        "notes": entry.text,
        "fileId": None,
        "fileName": None,
        "category": category_row(view, entry.lumpsum_services_id),
        "project": project_part(view, project) if project else None,
        "task": None,
    }


def project_part(view: View, project: Row) -> Row:
    """Show as much of a project as an expense says of it."""
    client = view.world.tables["customers"].get(project["customers_id"])
    return {
        "id": view.tenant.id("projects", project["id"]),
        "name": project["name"],
        "clientId": view.tenant.id("clients", client["id"]) if client else "",
        "clientName": client["name"] if client else "",
        "color": colour(project["id"]),
    }


def category_row(view: View, service: int | None) -> Row:
    """Show a category."""
    row = view.world.tables["lump_sum_services"].get(service or 0)
    return {
        "id": view.tenant.id("categories", row["id"] if row else ANY),
        "workspaceId": view.tenant.key,
        "name": row["name"] if row else "Lump sum",
        "unit": row["unit"] if row else None,
        "priceInCents": minor(row["price"]) if row else 0,
        "hasUnitPrice": row is not None,
        "archived": row is not None and not row["active"],
    }


def list_categories(view: View) -> bytes:
    """Answer with a page of categories."""
    services = [row["id"] for row in view.tenant.rows("lump_sum_services")]
    rows = [category_row(view, key) for key in (None, *services)]
    rows = view.by_flag(rows, "archived", "archived")
    if "archived" not in view.asked and view.switches.archived_categories == "active":
        rows = [row for row in rows if not row["archived"]]
    return encode({"count": len(rows), "categories": view.paged(rows)})


def list_invoices(view: View) -> bytes:
    """Answer with a page of invoices."""
    rows, wanted = [row for row, _ in invoices(view)], set(view.asked.several("statuses"))
    rows = [row for row in rows if not wanted or row["status"] in wanted]
    return encode({"total": len(rows), "invoices": view.paged(rows)})


def one_invoice(view: View, key: str) -> bytes:
    """Answer with one invoice and the entries that it bills, as one item."""
    for row, entries in invoices(view):
        if row["id"] == key:
            item = {
                "order": 0,
                "itemType": "SERVICE",
                "description": "Work",
                "quantity": 1,
                # A hundredth of a cent: the amount is price times quantity by 100.
                "unitPrice": row["amount"] * 100,
                "amount": row["amount"],
                "importType": "SUMMARY",
                "timeEntryIds": [view.tenant.id_of(entry) for entry in entries],
                "expenseIds": [],
            }
            return encode({**row, "items": [item]})
    raise foreign("Invoice")


def invoices(view: View) -> list[tuple[Row, list[Entry]]]:
    """One invoice for each client and month in which something was billed."""
    if not view.is_admin:
        raise denied()
    billed: defaultdict[tuple[int, int], list[Entry]] = defaultdict(list)
    for entry in view.tenant.book.all.entries:
        client = view.tenant.client_of(entry) if entry.billable == INVOICED else None
        if client:
            day = local_day(view.world.timezone, entry.time_since)
            billed[day.year * 12 + day.month - 1, client["id"]].append(entry)
    return [
        (invoice_row(view, month, client, entries), entries)
        for (month, client), entries in sorted(billed.items())
    ]


def invoice_row(view: View, month: int, client: int, entries: list[Entry]) -> Row:
    """Show an invoice, written on the 5th of the month after next and paid within the year."""
    year, number = divmod(month + 2, 12)
    amount = minor(sum(map(amount_of, entries)) / 100)
    now = view.world.now
    paid = amount if (now.year - year) * 12 + now.month - number > 1 else 0
    return {
        "id": view.tenant.id("invoices", client * MONTHS + month),
        "number": f"{year}-{number + 1:02}-{client}",
        "status": "PAID" if paid else "SENT",
        "clientId": view.tenant.id("clients", client),
        "clientName": view.world.tables["customers"][client]["name"],
        "currency": view.world.currency,
        "amount": amount,
        "paid": paid,
        "balance": amount - paid,
        "issuedDate": f"{year}-{number + 1:02}-05T00:00:00Z",
        "dueDate": f"{year}-{number + 1:02}-{5 + DUE_DAYS}T00:00:00Z",
    }
