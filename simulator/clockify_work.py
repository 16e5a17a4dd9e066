"""Clients, projects with their tasks and budgets, tags, and the definitions of custom fields."""

from simulator.clockify_ids import task_number
from simulator.clockify_params import foreign
from simulator.clockify_people import STAFF_NUMBER, membership
from simulator.clockify_values import colour, duration, minor
from simulator.clockify_view import BY_NAME, View
from simulator.store import Row
from simulator.written import encode

HOUR = 3600
# By the world's number of an interval; a quarter has no counterpart.
RESETS = {0: "WEEKLY", 1: "MONTHLY", 3: "YEARLY"}
BY_CLIENT = {**BY_NAME, "CLIENT_NAME": lambda row: row["clientName"].lower()}
BY_CLIENT |= {"DURATION": lambda row: row["id"], "BUDGET": lambda row: row["id"]}
# How an entry was made; the last tag was given up.
CLOCKED, OFFLINE, FORMER = 1, 2, 3
TAGS = {CLOCKED: "Clocked", OFFLINE: "Clocked offline", FORMER: "Night shift"}
TICKET = 1


def list_clients(view: View) -> bytes:
    """Answer with a page of clients."""
    rows = [client_row(view, row) for row in view.tenant.rows("customers")]
    return listed(view, rows)


def listed(view: View, rows: list[Row]) -> bytes:
    """Filter, sort and cut a list that may be archived."""
    rows = view.by_name(view.by_flag(rows, "archived", "archived"))
    return encode(view.paged(view.ordered(rows, BY_NAME, "NAME")))


def one_client(view: View, key: str) -> bytes:
    """Answer with one client."""
    return encode(client_row(view, view.tenant.find("customers", "clients", key, "Client")))


def client_row(view: View, row: Row) -> Row:
    """Show a client."""
    return {
        "id": view.tenant.id("clients", row["id"]),
        "name": row["name"],
        "workspaceId": view.tenant.key,
        "archived": not row["active"],
        "email": None,
        "address": None,
        "note": row["note"],
        "ccEmails": None,
        "currencyId": view.tenant.id("currencies", 1),
        "currencyCode": view.world.currency,
    }


def list_projects(view: View) -> bytes:
    """Answer with a page of projects."""
    hydrated = bool(view.asked.flag("hydrated"))
    rows = [project_row(view, row) for row in view.tenant.rows("projects")]
    for name in ("archived", "billable"):
        rows = view.by_flag(rows, name, name)
    if clients := view.asked.several("clients"):
        rows = [row for row in rows if row["clientId"] in clients]
    page = view.paged(view.ordered(view.by_name(rows), BY_CLIENT, "NAME"))
    return encode([hydrate(view, row) for row in page] if hydrated else list(page))


def one_project(view: View, key: str) -> bytes:
    """Answer with one project."""
    row = project_row(view, view.tenant.find("projects", "projects", key, "Project"))
    return encode(hydrate(view, row) if view.asked.flag("hydrated") else row)


def project_row(view: View, row: Row) -> Row:
    """Show a project; who has no client has an empty one, not none."""
    tenant, book = view.tenant, view.tenant.book
    client = view.world.tables["customers"].get(row["customers_id"])
    members = sorted(filter(view.sees, book.members.get(row["id"], ())))
    key = tenant.id("projects", row["id"])
    return {
        "id": key,
        "name": row["name"],
        "workspaceId": tenant.key,
        "clientId": tenant.id("clients", client["id"]) if client else "",
        "clientName": client["name"] if client else "",
        "color": colour(row["id"]),
        "note": row["note"] or "",
        "archived": not row["active"],
        "billable": row["billable_default"],
        "public": True,
        "template": False,
        **view.rates(own_rate(view, row["id"])),
        "memberships": [membership(view, users_id, key, "PROJECT") for users_id in members],
        "duration": duration(sum(book.used.get(row["id"], {}).values())),
        **estimates(view, row["budget"] or {}),
    }


def own_rate(view: View, projects_id: int) -> float:
    """Rate of a project; 0 where it has none of its own."""
    rates = (r for r in view.world.rows("rates") if r["project_ids"] == [projects_id])
    return next((r["hourly_rate"] for r in rates if not r["service_ids"] + r["user_ids"]), 0.0)


def estimates(view: View, budget: Row) -> Row:
    """Budget of a project: in time or in money, never both."""
    money = bool(budget.get("monetary"))
    name = "subprojects_budget_total" if budget.get("from_subprojects") else "amount"
    amount = budget.get(name) or 0.0
    hours = duration(0 if money else amount * HOUR)
    reset = RESETS.get(budget.get("interval"))  # type: ignore[arg-type]  # None is no key
    plain: Row = {"estimate": hours, "type": "MANUAL" if budget else "AUTO"}
    in_time = {"active": bool(budget) and not money, "includeNonBillable": False}
    in_money: Row = {"estimate": minor(amount), "type": "MANUAL", "active": True}
    in_money |= {"includeExpenses": False, "resetOption": reset}
    day = {"dayOfWeek": "MONDAY", "dayOfMonth": 1, "month": "JANUARY", "hour": 0}
    return {
        "estimate": plain,
        "timeEstimate": {**plain, **in_time, "resetOption": None if money else reset},
        "budgetEstimate": in_money if money and view.has("PRO") else None,
        "estimateReset": {"interval": reset, **day} if reset else None,
    }


def hydrate(view: View, row: Row) -> Row:
    """Add what hangs on a project; the name of its client is then found there only."""
    tasks = tasks_of(view, row["id"])
    if view.switches.hydrated_tasks == "active":
        tasks = [task for task in tasks if task["status"] == "ACTIVE"]
    key = row["clientId"]
    client = view.tenant.find("customers", "clients", key, "Client") if key else None
    return {
        **{name: value for name, value in row.items() if name != "clientName"},
        "client": client_row(view, client) if client else None,
        "tasks": tasks,
        "customFields": [],
        "currency": {"id": view.tenant.id("currencies", 1), "code": view.world.currency},
        "favorite": False,
    }


def list_tasks(view: View, project: str) -> bytes:
    """Answer with a page of the tasks of a project."""
    view.tenant.find("projects", "projects", project, "Project")
    rows = view.by_name(tasks_of(view, project))
    wanted = view.asked.flag("is-active")
    if wanted is not None:
        rows = [row for row in rows if (row["status"] == "ACTIVE") is wanted]
    return encode(view.paged(view.ordered(rows, BY_NAME, "NAME")))


def one_task(view: View, project: str, key: str) -> bytes:
    """Answer with one task."""
    view.tenant.find("projects", "projects", project, "Project")
    for row in tasks_of(view, project):
        if row["id"] == key:
            return encode(row)
    raise foreign("Task")


def tasks_of(view: View, project: str) -> list[Row]:
    """Tasks of a project: one for each service that was ever used on it."""
    projects_id = view.tenant.number_of("projects", project, "Project")
    used = view.tenant.book.used.get(projects_id, {})
    billable = view.world.tables["projects"][projects_id]["billable_default"]
    return [
        {
            "id": view.tenant.id("tasks", task_number(projects_id, service["id"])),
            "projectId": project,
            "name": service["name"],
            "status": "ACTIVE" if service["active"] else "DONE",
            "billable": billable,
            "estimate": "PT0S",
            "duration": duration(used[service["id"]]),
            "budgetEstimate": 0,
            **view.rates(None),
            "assigneeIds": [],
            "assigneeId": None,
            "userGroupIds": [],
        }
        for service in view.tenant.rows("services")
        if service["id"] in used
    ]


def list_tags(view: View) -> bytes:
    """Answer with a page of tags."""
    return listed(view, [tag_row(view, number) for number in TAGS])


def one_tag(view: View, key: str) -> bytes:
    """Answer with one tag."""
    number = view.tenant.number_of("tags", key, "Tag")
    if number not in TAGS:
        raise foreign("Tag")
    return encode(tag_row(view, number))


def tag_row(view: View, number: int) -> Row:
    """Show a tag."""
    row = {"id": view.tenant.id("tags", number), "name": TAGS[number]}
    return {**row, "workspaceId": view.tenant.key, "archived": number == FORMER}


def list_custom_fields(view: View) -> bytes:
    """Answer with all definitions of custom fields, whatever page is asked for."""
    wanted = view.asked.get("entity-type")
    fields = ((TICKET, "Ticket", "TIMEENTRY"), (STAFF_NUMBER, "Staff number", "USER"))
    return encode(
        [
            {
                "id": view.tenant.id("custom_fields", number),
                "workspaceId": view.tenant.key,
                "name": name,
                "description": "",
                "placeholder": "",
                "type": "TXT",
                "entityType": entity,
                "status": "VISIBLE",
                "required": False,
                "onlyAdminCanEdit": entity == "USER",
                "allowedValues": [],
                "workspaceDefaultValue": None,
                "projectDefaultValues": [],
            }
            for number, name, entity in fields
            if wanted in {None, entity}
        ]
    )
