"""Expenses and invoices, where the plan has them."""

from functools import partial

from api_extract.resource import Resource
from api_extract.tables import Column
from clockify_source.columns import BY_ID, WORKSPACE, OfWorkspace, link
from clockify_source.nested import listed

_noise = partial(Column, loaded=False)

EXPENSES = OfWorkspace(
    "expenses",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the expense."),
        Column("date", "text", "Day of the expense, as a date or an instant."),
        Column("user_id", "text", "The person who had it."),
        Column("billable", "bool", "The client is to pay for it."),
        Column("locked", "bool", "The key may not edit it: approved, or too old."),
        Column("quantity", "double", "How many units, where the category has a price."),
        Column("total", "double", "The amount, in minor units of the currency."),
        Column("notes", "text", "What it was for, in the person's own words.", personal=True),
        _noise("file_id", "text", "A picture of the receipt."),
        _noise("file_name", "text", "Name of that picture."),
        _noise("is_locked", "bool", "Other spelling of locked."),
        Column("category__id", "text", "The category; null: none."),
        Column("category__name", "text", "Name of the category."),
        Column("category__unit", "text", "What is counted, such as km; null: nothing."),
        Column("category__price_in_cents", "bigint", "Price of a unit today, in minor units."),
        Column("category__has_unit_price", "bool", "The amount is quantity times price."),
        Column("category__archived", "bool", "The category is archived."),
        _noise("category__workspace_id", "text", "Told by workspace_id."),
        link("project__id", "The project; null: none."),
        link("project__name", "Name of the project."),
        link("project__client_id", "The client of the project; null: none."),
        link("project__client_name", "Name of the client."),
        _noise("project__color", "text", "Told by projects."),
        link("task__id", "The task; null: none."),
        link("task__name", "Name of the task."),
    ),
    "Money spent for work. One row per workspace and expense.",
    person="user_id",
)

INVOICES = OfWorkspace(
    "invoices",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the invoice."),
        Column("number", "text", "The company's own number for it."),
        Column("status", "text", "UNSENT, SENT, PAID, PARTIALLY_PAID, VOID or OVERDUE."),
        link("client_id", "The client who is to pay; null: one that was deleted."),
        link("client_name", "Name of the client."),
        Column("currency", "text", "Code of the currency of all its amounts."),
        Column("amount", "bigint", "What is to be paid, in minor units of the currency."),
        Column("paid", "bigint", "What has been paid, in minor units."),
        Column("balance", "bigint", "What is still to be paid, in minor units."),
        Column("issued_date", "timestamp", "When it was issued."),
        Column("due_date", "timestamp", "When it is due."),
    ),
    "Invoices, without their lines. One row per workspace and invoice.",
)

# The server may give more a page, but for these two nobody says so.
_list = partial(Resource, page_size=1000, optional=True)

INVOICE_LIST = _list(
    name="invoices",
    path="/workspaces/{workspace}/invoices",
    envelopes=("invoices",),
    tables=(INVOICES,),
    changes="Invoices are edited, paid and deleted without a trace; the list is replaced.",
    params=BY_ID,
    split=partial(listed, "invoices"),
)

MONEY = (
    _list(
        name="expenses",
        path="/workspaces/{workspace}/expenses",
        envelopes=("expenses.expenses",),
        tables=(EXPENSES,),
        changes=(
            "Expenses of any day are edited and deleted without a trace, and the list ignores "
            "filters by day; so it is replaced whole."
        ),
        split=partial(listed, "expenses"),
    ),
)
