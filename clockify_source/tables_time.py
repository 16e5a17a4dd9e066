"""Time entries, as a list of one person tells them or as the detailed report does.

The two ways tell different things of the same entry. What a row lacks because of the way it was
read is absent from it, so each such column is `sparse`: a known value stays, and what the other way
told last is not lost, unless the entry has changed in what that value follows from.

The report alone tells money, who was invoiced, and names as they were; the list alone tells the
currency and cost of an entry, its kiosk and, in full, its own fields. Both always tell the rest, so
that there a missing key means that there is nothing.
"""

from dataclasses import replace
from functools import partial

from api_extract.entry_log import Log
from api_extract.resource import Resource
from api_extract.tables import Column
from clockify_source.columns import WORKSPACE, OfWorkspace, link, rates, unused
from clockify_source.nested import reported_entries, time_entries

_sparse = partial(Column, sparse=True)
_of_project = partial(link, sparse=True, follows=("project_id",))
_PRICED_BY = ("user_id", "project_id", "task_id", "billable")
BEGINS, ENDS = "time_interval__start", "time_interval__end"
_START = Column(BEGINS, "timestamp", "Begin of the work.")

TIME_ENTRIES = OfWorkspace(
    "time_entries",
    ("id",),
    (
        WORKSPACE,
        Column("id", "text", "Id of the entry."),
        Column("user_id", "text", "The person whose entry it is."),
        link("project_id", "The project, which may be deleted by now; null: none."),
        link("task_id", "The task; null: none, or one that was deleted."),
        link("kiosk_id", "The kiosk it was clocked at; null: none; lists only.", sparse=True),
        Column("description", "text", "What was done, in the person's own words.", personal=True),
        Column("tag_ids", "json", "Ids of its tags, a list that may be empty."),
        Column("billable", "bool", "The entry counts as billable, whatever its project says now."),
        Column(
            "type",
            "text",
            "REGULAR, BREAK, or made by the server for days off: HOLIDAY, TIME_OFF.",
        ),
        Column("is_locked", "bool", "The key may not edit it: approved, or too old."),
        _START,
        Column("time_interval__end", "timestamp", "End of the work; null while the clock runs."),
        Column("time_interval__duration", "text", "End minus start, such as PT2H54M."),
        *unused("time_interval__", "off_start", "off_end", "zoned_start", "zoned_end", "time_zone"),
        *rates("of the entry, told by lists only", follows=_PRICED_BY),
        _sparse(
            "custom_field_values",
            "json",
            "Fields of the workspace's own, with values; from reports without their names.",
            personal=True,
        ),
        link("approval_request_id", "The approval it is part of; null: none.", sparse=True),
        _of_project("client_id", "The project's client when reported; null: none."),
        _sparse(
            "user_name",
            "text",
            "Name of the person when reported.",
            personal=True,
            follows=("user_id",),
        ),
        _of_project("client_name", "Name of the client when reported; null: none."),
        _of_project("project_name", "Name of the project when reported; null: none."),
        link(
            "task_name",
            "Name of the task when reported; null: none.",
            sparse=True,
            follows=("task_id",),
        ),
        _sparse(
            "rate",
            "double",
            "Price of an hour, in minor units; reports only.",
            follows=(*_PRICED_BY, "rate=hourly_rate__amount"),
        ),
        _sparse(
            "amount",
            "double",
            "Money earned, in minor units, unrounded; reports only.",
            follows=(*_PRICED_BY, "rate=hourly_rate__amount", _START.name, "time_interval__end"),
        ),
        _sparse(
            "invoicing_info",
            "json",
            "[]: not invoiced; anything else: invoiced; null: not known, as it was never reported.",
        ),
        Column("user_email", "text", "Told by users.", personal=True, loaded=False),
        Column("project_color", "text", "Told by projects.", loaded=False),
        Column("tags", "json", "Told by tags.", loaded=False),
        Column("amounts", "json", "Told by amount.", loaded=False),
    ),
    "Work, breaks and days off measured in time, running clocks included. One row per entry.",
    window=BEGINS,
    roams="id",
    needed=("time_interval__end", "tag_ids", "user_id"),
    person="user_id",
)

TIME_ENTRY_TAGS = OfWorkspace(
    "time_entry_tags",
    ("time_entry_id", "tag_id"),
    (
        WORKSPACE,
        Column("time_entry_id", "text", "The entry."),
        Column("tag_id", "text", "The tag, which may be deleted by now."),
        _START,
    ),
    "Which entry has which tags. One row per entry and tag.",
    window=BEGINS,
    roams="time_entry_id",
)

TIME_ENTRY_LIST = Resource(
    name="time_entries",
    path="/workspaces/{workspace}/user/{user}/time-entries",
    envelopes=(),
    page_size=5000,
    tables=(TIME_ENTRIES, TIME_ENTRY_TAGS),
    changes=(
        "Entries are edited, moved to other days and deleted without a trace, and no filter knows "
        "the time of change; so windows of time are read again and replaced. Paid plans are read "
        "by `POST /workspaces/{workspace}/reports/detailed`, in pages of 1000."
    ),
    reading="entries",
    split=time_entries,
    wire=TIME_ENTRIES,
)

# Other ways to the same rows.
REPORTED = replace(
    TIME_ENTRY_LIST,
    path="/workspaces/{workspace}/reports/detailed",
    page_size=1000,
    split=reported_entries,
    method="POST",
)
RUNNING = replace(
    TIME_ENTRY_LIST, path="/workspaces/{workspace}/time-entries/status/in-progress", page_size=1000
)

ENTRY_LOG = Log(
    TIME_ENTRIES,
    (
        *("type", BEGINS, ENDS, "user_id", "project_id"),
        *("task_id", "billable", "hourly_rate__amount", "rate", "amount", "invoicing_info"),
    ),
)
