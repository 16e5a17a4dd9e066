"""Time entries: one endpoint, three kinds of rows, and so three tables.

Type 1 is time, type 2 an amount of money, type 3 a number of units with a price. A page mixes
them, so it is decoded under one wide table and then sorted by `type`.
"""

from dataclasses import replace
from functools import partial

from api_extract.entry_log import Log
from api_extract.resource import Resource
from api_extract.tables import Column, Table

_right = partial(Column, right=True)
_personal = partial(Column, personal=True)

_IDS = (
    Column("id", "bigint", "Number of the entry, unique over all three types."),
    Column("users_id", "bigint", "The person whose entry it is."),
    Column("customers_id", "bigint", "The customer it was done for."),
    Column("projects_id", "bigint", "The project; null: none."),
    Column("subprojects_id", "bigint", "The subproject; null: none."),
    Column("texts_id", "bigint", "The stored text; equal texts share a number; null: none."),
)
_SERVICE = Column("services_id", "bigint", "The service that was rendered.")
# What is read again, and whether a clock is running, is told by these.
_NEEDED = ("type", "time_until", "projects_id", "subprojects_id")
_CODES = (
    Column("type", "bigint", "1 time, 2 amount of money, 3 units of a lump-sum service."),
    _right(
        "billable",
        "bigint",
        "0 not billable, 1 billable and open, 2 billed, -1 hidden from this key.",
        hidden=-1,
    ),
    Column("test_data", "bool", "Made by the server as an example; not real work."),
)
_TIMES = (
    Column("time_since", "timestamp", "Begin of the work; the booking moment of types 2 and 3."),
    Column("time_until", "timestamp", "End of the work; null while the clock runs."),
    Column("time_insert", "timestamp", "When the entry was made."),
    Column("time_last_change", "timestamp", "When the entry itself was last edited."),
)
_REVENUE = _right(
    "revenue", "double", "Revenue in the company's currency as the server computes it."
)
_TEXTS = (_personal("text", "text", "What was done, in the person's own words."),)
_NAMES = (
    _personal("users_name", "text", "Name of the person when the list was read."),
    Column("customers_name", "text", "Name of the customer when the list was read."),
    Column("projects_name", "text", "Name of the project when the list was read."),
    Column("subprojects_name", "text", "Name of the subproject when the list was read."),
    Column("services_name", "text", "Name of the service when the list was read."),
)

TIME_ENTRIES = Table(
    name="time_entries",
    key=("id",),
    columns=(
        *_IDS,
        _SERVICE,
        *_CODES,
        Column("clocked", "bool", "True: measured by the clock; false: typed in afterwards."),
        Column("clocked_offline", "bool", "True: measured by an app without network."),
        *_TIMES,
        Column("time_clocked_since", "timestamp", "Start of the clock; null when typed in."),
        Column(
            "time_last_change_work_time",
            "timestamp",
            "Last edit of anything that counts as work time.",
        ),
        Column("duration", "bigint", "Seconds of work, decisive over the times; null: running."),
        Column(
            "offset",
            "bigint",
            "Seconds by which the duration differs from the times; sent by older servers only.",
        ),
        _right("hourly_rate", "double", "Money per hour that applies, before any revenue factor."),
        _REVENUE,
        *_TEXTS,
        *_NAMES,
    ),
    description="Work measured in time, the running clock included. One row per entry of type 1.",
    window="time_since",
    roams="id",
    newest="time_last_change",
    needed=_NEEDED,
    person="users_id",
)

LUMP_SUM_ENTRIES = Table(
    name="lump_sum_entries",
    key=("id",),
    columns=(
        *_IDS,
        _SERVICE,
        *_CODES,
        *_TIMES,
        Column("lumpsum", "double", "The amount booked, in the company's currency."),
        _REVENUE,
        *_TEXTS,
        *_NAMES,
    ),
    description="Amounts of money booked without time. One row per entry of type 2.",
    window="time_since",
    roams="id",
    newest="time_last_change",
    needed=_NEEDED,
    person="users_id",
)

LUMP_SUM_SERVICE_ENTRIES = Table(
    name="lump_sum_service_entries",
    key=("id",),
    columns=(
        *_IDS,
        Column("lumpsum_services_id", "bigint", "The lump-sum service that was rendered."),
        *_CODES,
        *_TIMES,
        Column("lumpsum_services_amount", "double", "How many units were rendered."),
        _right("lumpsum_services_price", "double", "Money per unit at the time of booking."),
        _REVENUE,
        *_TEXTS,
        *_NAMES,
    ),
    description="Units of lump-sum services, such as kilometres. One row per entry of type 3.",
    window="time_since",
    roams="id",
    newest="time_last_change",
    needed=_NEEDED,
    person="users_id",
)

ENTRY_TABLES = (TIME_ENTRIES, LUMP_SUM_ENTRIES, LUMP_SUM_SERVICE_ENTRIES)

_HAVE: dict[Column, list[int]] = {}  # the types that have a column
for number, table in enumerate(ENTRY_TABLES, start=1):
    for column in table.columns:
        _HAVE.setdefault(column, []).append(number)

ENTRIES_WIRE = Table(
    name="entries",
    key=("id",),
    columns=tuple(
        column if len(types) == len(ENTRY_TABLES) else replace(column, of_types=tuple(types))
        for column, types in _HAVE.items()
    ),
    description="A page of entries before it is sorted by type. One row per entry.",
    window="time_since",
    roams="id",
    newest="time_last_change",
    needed=_NEEDED,
    person="users_id",
)

ENTRIES = Resource(
    name="entries",
    path="/v2/entries",
    envelopes=("entries",),
    page_size=1000,
    tables=ENTRY_TABLES,
    changes=(
        "Entries are edited, moved to other days, turned into another type and deleted without a "
        "trace, and no filter knows the time of change; so windows of time are read again and "
        "replaced."
    ),
    reading="entries",
    wire=ENTRIES_WIRE,
)

ENTRY_LOG = Log(
    ENTRIES_WIRE,
    (
        *("type", "time_since", "time_until", "users_id", "customers_id", "projects_id"),
        *("subprojects_id", "services_id", "lumpsum_services_id", "billable", "duration"),
        *("hourly_rate", "revenue", "lumpsum", "lumpsum_services_amount"),
        *("lumpsum_services_price", "test_data"),
    ),
)
