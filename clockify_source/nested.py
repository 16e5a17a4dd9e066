"""Rows within rows become rows of tables of their own, each with the keys of its parents.

Each function is given rows and what was asked for. Nothing is left out: keys nobody declared travel
with their row.
"""

from typing import Any, NamedTuple

from api_extract.nested import Row, filled, inner, texts, without
from api_extract.resource import Rows

# What an entry in a report has none of, where the report does not say so.
_UNREPORTED = ("projectName", "clientId", "clientName", "taskName", "approvalRequestId")
_SPELLINGS = (("id", "_id"), ("isLocked", "locked"), ("customFieldValues", "customFields"))


# What a reader without the right may be told as null: then it is not known, rather than nothing.
_MONEY = ("hourlyRate", "costRate", "rate", "amount", "cost", "profit")


class Stamp(NamedTuple):
    """What rows were asked for: of a workspace, of a person; and whether money is surely told."""

    workspace: str
    user: str = ""
    sees_money: bool = True


def _seen(row: Row, stamp: Stamp) -> Row:
    """Return a row without money that is null because the reader may not see it."""
    hidden = () if stamp.sees_money else [name for name in _MONEY if row.get(name) is None]
    return without(row, *hidden) if hidden else row


def listed(table: str, rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Return the rows of one table, which may not say whose they are."""
    return {table: [filled(row, workspaceId=stamp.workspace) for row in rows]}


def users(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Sort people into people and what they are members of."""
    people = [filled(user, workspaceId=stamp.workspace) for user in rows]
    return {
        "users": [without(user, "memberships") for user in people],
        "memberships": [
            filled(membership, workspaceId=user["workspaceId"], userId=user.get("id"))
            for user in people
            for membership in inner(user, "memberships")
        ],
    }


def member_profiles(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Give a profile its workspace and person, which it does not name."""
    known = {"workspaceId": stamp.workspace, "userId": stamp.user}
    return {"member_profiles": [filled(row, **known) for row in rows]}


def user_groups(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Sort groups into groups and who is in them."""
    groups = [filled(group, workspaceId=stamp.workspace) for group in rows]
    return {
        "user_groups": [without(group, "userIds") for group in groups],
        "user_group_members": [
            {"workspaceId": group["workspaceId"], "userGroupId": group.get("id"), "userId": user}
            for group in groups
            for user in texts(group, "userIds")
        ],
    }


def projects(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Sort projects into projects, who may work on them, and their tasks."""
    found: dict[str, Rows] = {"projects": [], "project_memberships": [], "tasks": []}
    for row in rows:
        project = _seen(_with_client(filled(row, workspaceId=stamp.workspace)), stamp)
        of_project = {"workspaceId": project["workspaceId"], "projectId": project.get("id")}
        found["projects"].append(without(project, "memberships", "tasks"))
        found["project_memberships"] += [
            _seen(filled(_on_project(membership, project), **of_project), stamp)
            for membership in inner(project, "memberships")
        ]
        found["tasks"] += [
            _seen(filled(task, **of_project), stamp) for task in inner(project, "tasks")
        ]
    return found


def tasks(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Return the tasks of one project."""
    return {"tasks": [_seen(filled(row, workspaceId=stamp.workspace), stamp) for row in rows]}


def _with_client(project: Row) -> Row:
    """Name the client as a project does that was read without it."""
    client = project.get("client")
    if not isinstance(client, dict):
        return project
    return filled(project, clientId=client.get("id"), clientName=client.get("name"))


def _on_project(membership: Row, project: Row) -> Row:
    is_its = membership.get("targetId") == project.get("id")
    return without(membership, "targetId") if is_its else membership


def holidays(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Sort holidays into holidays and who has them."""
    days = [filled(day, workspaceId=stamp.workspace) for day in rows]
    return {
        "holidays": [without(day, "userIds", "userGroupIds") for day in days],
        "holiday_assignments": [
            {
                "workspaceId": day["workspaceId"],
                "holidayId": day.get("id"),
                "assigneeType": kind,
                "assigneeId": assignee,
            }
            for day in days
            for kind, key in (("user", "userIds"), ("user_group", "userGroupIds"))
            for assignee in texts(day, key)
        ],
    }


def time_off_requests(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Return requests, whose status may be an object or no more than its type."""
    return listed("time_off_requests", [_with_status(row) for row in rows], stamp)


def _with_status(request: Row) -> Row:
    status = request.get("status")
    return {**request, "status": {"statusType": status}} if isinstance(status, str) else request


def time_entries(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Return entries of a person's list; no tags, in either spelling, are none."""
    return {
        "time_entries": [
            _seen(filled(r, workspaceId=stamp.workspace, tagIds=[]), stamp) for r in rows
        ]
    }


def reported_entries(rows: Rows, stamp: Stamp) -> dict[str, Rows]:
    """Return entries of the detailed report, told as lists tell them.

    What the report leaves out though it knows of none is null, and `invoicingInfo` is [] then.
    What it does not know at all is absent, as are amounts that the key may not see.
    """
    return time_entries([_as_listed(row) for row in rows], stamp)


def _as_listed(row: Row) -> Row:
    entry = {**dict.fromkeys(_UNREPORTED), **filled(row, invoicingInfo=[])}
    for listed_as, told_as in _SPELLINGS:
        if told_as in entry and entry.get(listed_as) in (None, entry[told_as]):
            entry[listed_as] = entry.pop(told_as)
    if entry.get("tagIds") is None:
        entry["tagIds"] = [tag.get("_id", tag.get("id")) for tag in inner(entry, "tags")]
    interval = entry.get("timeInterval")
    if isinstance(interval, dict) and isinstance(interval.get("duration"), int):
        entry["timeInterval"] = {**interval, "duration": _duration(interval)}
    return entry


def _duration(interval: dict[str, Any]) -> str | None:
    """Return seconds as lists write them; a clock that runs has no duration yet."""
    if interval.get("end") is None:
        return None
    minutes, seconds = divmod(interval["duration"], 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
