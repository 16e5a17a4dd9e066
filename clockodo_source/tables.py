"""Every endpoint that is read and every raw table that comes of it, as data.

tables_people    company, people, absences, target hours, accounts of vacation and overtime
tables_entries   time entries
tables_calendar  free days, presence
tables_reports   the server's own figures on people
tables_work      customers, projects, services, rates
"""

from api_extract.resource import Resource
from api_extract.tables import Table
from clockodo_source.tables_calendar import CALENDAR
from clockodo_source.tables_entries import ENTRIES, ENTRIES_WIRE, ENTRY_LOG, ENTRY_TABLES
from clockodo_source.tables_people import PEOPLE
from clockodo_source.tables_reports import REPORTS
from clockodo_source.tables_work import WORK

__all__ = ["BY_NAME", "ENTRIES_WIRE", "ENTRY_LOG", "ENTRY_TABLES", "RESOURCES", "TABLES"]

# Company and people come first: they give the time zone and whom to ask for. What entries point
# to is read after them, so that an entry made meanwhile finds its customer and project.
RESOURCES: tuple[Resource, ...] = (*PEOPLE, ENTRIES, *CALENDAR, *REPORTS, *WORK)

BY_NAME: dict[str, Resource] = {resource.name: resource for resource in RESOURCES}

TABLES: dict[str, Table] = {table.name: table for r in RESOURCES for table in r.tables}
