"""Every endpoint that is read and every raw table that comes of it, as data.

tables_people    workspaces, people, user groups, capacity
tables_time      time entries and their tags
tables_work      clients, projects, tasks, tags, fields of a workspace's own
tables_calendar  holidays, time off
tables_money     expenses, invoices
"""

from api_extract.resource import Resource
from api_extract.tables import Table
from clockify_source.tables_calendar import CALENDAR
from clockify_source.tables_money import INVOICE_LIST, MONEY
from clockify_source.tables_people import PEOPLE, USER_LIST, WORKSPACE_LIST
from clockify_source.tables_time import (
    ENTRY_LOG,
    REPORTED,
    RUNNING,
    TIME_ENTRY_LIST,
    TIME_ENTRY_TAGS,
)
from clockify_source.tables_work import TASK_LIST, TASKS, WORK

__all__ = ["BY_NAME", "ENTRY_LOG", "REPORTED", "RESOURCES", "RUNNING", "TABLES"]
__all__ += ["TASKS", "TASK_LIST", "TIME_ENTRY_TAGS"]

# Workspaces and people come first: they tell where and whom to ask; then invoices, which tell of
# what entries to read again. What entries point to is read after them, so that an entry made
# meanwhile finds its project and task.
RESOURCES: tuple[Resource, ...] = (
    *(WORKSPACE_LIST, USER_LIST, INVOICE_LIST, TIME_ENTRY_LIST),
    *(*WORK, *PEOPLE, *CALENDAR, *MONEY),
)

BY_NAME: dict[str, Resource] = {resource.name: resource for resource in RESOURCES}

TABLES: dict[str, Table] = {table.name: table for r in RESOURCES for table in r.tables}
