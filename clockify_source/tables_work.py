"""What work is done for and how it is sorted: clients, projects, tasks, tags, own fields."""

from functools import partial

from api_extract.resource import Resource
from api_extract.tables import Column
from clockify_source.columns import BY_ID, MEMBERSHIP, WORKSPACE, OfWorkspace, link, rates
from clockify_source.nested import listed, projects, tasks

_personal = partial(Column, personal=True)
_noise = partial(Column, loaded=False)
_NOTE = _personal("note", "text", "What was noted about it.")
_list = partial(Resource, envelopes=())
_ARCHIVED = (
    "Rows are edited, archived or deleted, and nothing tells when; a request or a few bring all of "
    "them, archived ones too, so the list is replaced whole."
)


def _estimate(of: str, kind: Column, *more: Column) -> tuple[Column, ...]:
    return (
        kind,
        Column(f"{of}__type", "text", "MANUAL: set for the project; AUTO: the sum of its tasks'."),
        Column(f"{of}__active", "bool", "False: switched off."),
        *more,
        Column(f"{of}__reset_option", "text", "WEEKLY, MONTHLY, YEARLY: it renews; null: never."),
    )


CLIENTS = OfWorkspace(
    "clients",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the client."),
        Column("name", "text", "Name of the client."),
        Column("archived", "bool", "True: archived."),
        _personal("email", "text", "Where invoices are sent."),
        _personal("address", "text", "Postal address."),
        _NOTE,
        _personal("cc_emails", "json", "Who else gets the invoices."),
        link("currency_id", "The client's own currency; null: the workspace's."),
        link("currency_code", "Code of the client's currency."),
    ),
    "Whom work is done for, archived ones included. One row per workspace and client.",
)

PROJECTS = OfWorkspace(
    "projects",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the project."),
        Column("name", "text", "Name of the project."),
        Column("color", "text", "Color of the project, as #rrggbb."),
        _NOTE,
        link("client_id", "The client it is for; null: none."),
        link("client_name", "Name of the client when the list was read; null: none."),
        Column("archived", "bool", "True: archived."),
        Column("billable", "bool", "New entries start as billable; older ones stay as they are."),
        Column("public", "bool", "Everyone in the workspace may use it."),
        Column("template", "bool", "Made to be copied; no real project."),
        *rates("on the project today"),
        Column("duration", "text", "Time tracked in all, such as PT88H36M."),
        Column("estimate__estimate", "text", "Old form of the time estimate, such as PT100H."),
        Column("estimate__type", "text", "Old form of the type of estimate."),
        *_estimate(
            "time_estimate",
            Column("time_estimate__estimate", "text", "Time it may take, such as PT100H."),
            Column("time_estimate__include_non_billable", "bool", "All time counts towards it."),
        ),
        *_estimate(
            "budget_estimate",
            Column("budget_estimate__estimate", "bigint", "Money in minor units; null: none."),
            Column("budget_estimate__include_expenses", "bool", "Billable expenses count, too."),
        ),
        Column("estimate_reset", "json", "When a renewing estimate begins anew; null: never."),
        Column("custom_fields", "json", "Fields of the workspace's own, with values."),
        Column("currency__id", "text", "The currency of the project."),
        Column("currency__code", "text", "Code of the currency of the project."),
        _noise("client", "json", "The client itself; told by clients."),
        _noise("favorite", "bool", "A mark for the person who reads."),
        _noise("is_public", "bool", "Other spelling of public."),
        _noise("is_template", "bool", "Other spelling of template."),
    ),
    "Projects, archived ones and templates included. One row per workspace and project.",
)

PROJECT_MEMBERSHIPS = OfWorkspace(
    "project_memberships",
    ("workspace_id", "project_id", "user_id"),
    (
        WORKSPACE,
        Column("project_id", "text", "The project."),
        Column("user_id", "text", "The person who may work on it."),
        *MEMBERSHIP,
        *rates("of the person on the project today", personal=True),
    ),
    "Who may work on a project, and at which rates. One row per workspace, project and person.",
    person="user_id",
)

TASKS = OfWorkspace(
    "tasks",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the task."),
        Column("project_id", "text", "The one project it belongs to."),
        Column("name", "text", "Name of the task; tasks of several projects may share it."),
        Column("status", "text", "ACTIVE or DONE."),
        Column("billable", "bool", "New entries on it start as billable."),
        Column("estimate", "text", "Time it may take, such as PT100H; PT0S: not stated."),
        Column("duration", "text", "Time tracked in all, such as PT88H36M."),
        Column("budget_estimate", "bigint", "Money it may cost, in minor units; 0: not stated."),
        *rates("on the task today"),
        Column("assignee_ids", "json", "Ids of the people who may work on it."),
        link("assignee_id", "Old form of assignee_ids."),
        Column("user_group_ids", "json", "Ids of the user groups that may work on it."),
        _noise("active", "bool", "Told by status."),
        _noise("favorite", "bool", "A mark for the person who reads."),
    ),
    "Tasks within projects. One row per workspace and task.",
    needed=("status",),
)

TAGS = OfWorkspace(
    "tags",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the tag."),
        Column("name", "text", "Name of the tag."),
        Column("archived", "bool", "True: archived."),
    ),
    "Words by which entries are sorted. One row per workspace and tag.",
)

CUSTOM_FIELDS = OfWorkspace(
    "custom_fields",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the field."),
        Column("name", "text", "Name of the field."),
        Column(
            "type",
            "text",
            "TXT, NUMBER, DROPDOWN_SINGLE, DROPDOWN_MULTIPLE, CHECKBOX or LINK.",
        ),
        Column("entity_type", "text", "What has it: TIMEENTRY or USER."),
        Column("status", "text", "VISIBLE, INVISIBLE or INACTIVE."),
        Column("required", "bool", "An entry cannot be saved without it."),
        Column("only_admin_can_edit", "bool", "Others cannot fill it in."),
        Column("allowed_values", "json", "What may be chosen; null: anything."),
        Column("workspace_default_value", "json", "What it holds at first."),
        Column("project_default_values", "json", "What it holds at first, by project."),
        Column("description", "text", "What it is for."),
        Column("placeholder", "text", "What is shown while it is empty."),
    ),
    "Fields a workspace has added to entries or people. One row per workspace and field.",
)


# Of one project; its rows go where those of `projects` go.
TASK_LIST = _list(
    name="tasks",
    path="/workspaces/{workspace}/projects/{project}/tasks",
    page_size=5000,
    tables=(TASKS,),
    changes="A project is asked for its tasks where the list of projects does not tell them.",
    params=BY_ID,
    split=tasks,
)

WORK = (
    _list(
        name="clients",
        path="/workspaces/{workspace}/clients",
        page_size=5000,
        tables=(CLIENTS,),
        changes=_ARCHIVED,
        split=partial(listed, "clients"),
    ),
    _list(
        name="projects",
        path="/workspaces/{workspace}/projects",
        page_size=1000,  # the server would give 5000, but each brings its tasks and members
        tables=(PROJECTS, PROJECT_MEMBERSHIPS, TASKS),
        changes=_ARCHIVED,
        params=(("hydrated", "true"), *BY_ID),
        split=projects,
    ),
    _list(
        name="tags",
        path="/workspaces/{workspace}/tags",
        page_size=5000,
        tables=(TAGS,),
        changes=_ARCHIVED,
        params=BY_ID,
        split=partial(listed, "tags"),
    ),
    _list(
        name="custom_fields",
        path="/workspaces/{workspace}/custom-fields",
        page_size=0,
        tables=(CUSTOM_FIELDS,),
        changes=(
            "Fields are edited and deleted without a trace; one answer holds all, so it replaces "
            "all."
        ),
        split=partial(listed, "custom_fields"),
        optional=True,
    ),
)
