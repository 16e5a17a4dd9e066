"""What work is done for and what it costs: customers, projects, services and rates."""

from functools import partial

from api_extract.resource import Resource
from api_extract.tables import Column, Table

_right = partial(Column, right=True)
_note = partial(Column, "note", "text", right=True, personal=True)
_BY_ID = (("sort[]", "id"),)  # a row added while the list is read lands at its end
_ARCHIVED = (
    "Rows are edited, archived or deleted, and nothing tells when; a few requests bring all of "
    "them, archived ones too, so the list is replaced whole."
)

_NUMBER = Column("number", "text", "The company's own number for it; null: none.")
_ACTIVE = Column("active", "bool", "False: archived.")
_BILLABLE = Column("billable_default", "bool", "New entries start as billable.")
_TEST = Column("test_data", "bool", "Made by the server as an example; not real.")
_BILLING = _right("bill_service_id", "text", "Its id in a linked billing product.")
_SERVICES = Column("service_assignments", "json", "Ids of the services that may be booked on it.")

CUSTOMERS = Table(
    name="customers",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the customer."),
        Column("name", "text", "Name of the customer."),
        _NUMBER,
        Column(
            "color",
            "bigint",
            "1 red, 2 yellow, 3 light green, 4 turquoise, 5 sky, 6 blue, 7 violet, 8 magenta, "
            "9 pink.",
        ),
        _ACTIVE,
        _BILLABLE,
        _note("What was noted about the customer."),
        _BILLING,
        _TEST,
        _SERVICES,
    ),
    description="Whom work is done for, archived ones included. One row per customer.",
)

_COURSE = (
    Column("completed", "bool", "Closed; independent of archiving."),
    Column("completed_at", "timestamp", "When it was closed; null: open."),
    _right("revenue_factor", "double", "Share of the rates earned; null: open hard budget."),
    Column("start_date", "date", "First day on which time may be booked; null: any."),
    Column("deadline", "date", "Day of the automatic closing; null: none."),
    Column("automatic_completion", "bool", "Closes by itself at the deadline."),
)
_MONETARY = _right("budget__monetary", "bool", "True: a budget of money; false: of hours.")
_HARD = _right("budget__hard", "bool", "True: a fixed price; false: only a warning.")
_AMOUNT = _right("budget__amount", "double", "Money or hours, see budget__monetary; null: open.")
_ALERTS = _right(
    "budget__notification_thresholds", "json", "Percentages of use at which people are told."
)

PROJECTS = Table(
    name="projects",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the project."),
        Column("customers_id", "bigint", "The customer it belongs to."),
        Column("name", "text", "Name of the project."),
        _NUMBER,
        _ACTIVE,
        _BILLABLE,
        *_COURSE,
        _right("billed_money", "double", "Money of a fixed price that is already invoiced."),
        _right("billed_completely", "bool", "The fixed price is invoiced to the end."),
        Column("count_subprojects", "bigint", "How many subprojects it has."),
        _MONETARY,
        _HARD,
        _right("budget__from_subprojects", "bool", "The budget is the sum of its subprojects'."),
        _right(
            "budget__interval",
            "bigint",
            "How often the budget renews: 0 weekly, 1 monthly, 2 quarterly, 3 yearly; null: never.",
        ),
        _AMOUNT,
        _right(
            "budget__subprojects_budget_total",
            "double",
            "Sum of the subprojects' budgets, in money or hours.",
        ),
        _ALERTS,
        _note("What was noted about the project."),
        _BILLING,
        _TEST,
        _SERVICES,
    ),
    description="Projects of customers, closed and archived ones included. One row per project.",
    needed=("completed", "revenue_factor"),
)

SUBPROJECTS = Table(
    name="subprojects",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the subproject."),
        Column("projects_id", "bigint", "The project it belongs to."),
        Column("name", "text", "Name of the subproject."),
        _NUMBER,
        _ACTIVE,
        _BILLABLE,
        *_COURSE,
        Column("billed", "bigint", "Code of the state of billing; null: unknown."),
        Column("billed_money", "double", "Money of a fixed price that is already invoiced."),
        Column("billed_completely", "bool", "The fixed price is invoiced to the end."),
        _MONETARY,
        _HARD,
        _AMOUNT,
        _ALERTS,
        _note("What was noted about the subproject."),
        _BILLING,
        _SERVICES,
    ),
    description="Parts of projects with budgets of their own. One row per subproject.",
    needed=("completed", "revenue_factor"),
)

SERVICES = Table(
    name="services",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the service."),
        Column("name", "text", "Name of the service."),
        _NUMBER,
        _ACTIVE,
        _note("What was noted about the service."),
        _BILLING,
    ),
    description="Kinds of work, archived ones included. One row per service.",
)

LUMP_SUM_SERVICES = Table(
    name="lump_sum_services",
    key=("id",),
    columns=(
        Column("id", "bigint", "Number of the lump-sum service."),
        Column("name", "text", "Name of the lump-sum service."),
        _NUMBER,
        _ACTIVE,
        Column("price", "double", "Money per unit today; entries keep the price of their time."),
        Column("unit", "text", "What is counted, such as km; null: pieces."),
        _note("What was noted about the lump-sum service."),
    ),
    description="Things sold by the unit, archived ones included. One row per lump-sum service.",
)

RATES = Table(
    name="rates",
    key=("position",),
    columns=(
        Column("position", "bigint", "Place of the rate in the company's order."),
        Column("id", "bigint", "Number of the rate; null: a rate without a number."),
        Column("parent_rate_id", "bigint", "The rate it refines; null: none."),
        Column("customer_ids", "json", "Ids of the customers it holds for; empty: any."),
        Column("project_ids", "json", "Ids of the projects it holds for; empty: any."),
        Column("service_ids", "json", "Ids of the services it holds for; empty: any."),
        Column("user_ids", "json", "Ids of the people it holds for; empty: any."),
        Column("hourly_rate", "double", "Money per hour, in the company's currency."),
        _TEST,
    ),
    description="The tree of hourly rates as it is today. One row per rate.",
)

WORK = (
    Resource(
        name="customers",
        path="/v3/customers",
        envelopes=("data",),
        page_size=5000,
        tables=(CUSTOMERS,),
        changes=_ARCHIVED,
        params=_BY_ID,
    ),
    Resource(
        name="projects",
        path="/v4/projects",
        envelopes=("data",),
        page_size=5000,
        tables=(PROJECTS,),
        changes=_ARCHIVED,
        params=_BY_ID,
    ),
    Resource(
        name="subprojects",
        path="/v3/subprojects",
        envelopes=("data",),
        page_size=5000,
        tables=(SUBPROJECTS,),
        changes=_ARCHIVED,
        params=_BY_ID,
        optional=True,
    ),
    Resource(
        name="services",
        path="/v4/services",
        envelopes=("data",),
        page_size=5000,
        tables=(SERVICES,),
        changes=_ARCHIVED,
        params=_BY_ID,
    ),
    Resource(
        name="lump_sum_services",
        path="/v4/lumpSumServices",
        envelopes=("data",),
        page_size=5000,
        tables=(LUMP_SUM_SERVICES,),
        changes=_ARCHIVED,
        params=_BY_ID,
        optional=True,
    ),
    Resource(
        name="rates",
        path="/v4/rates",
        envelopes=("data",),
        page_size=0,
        tables=(RATES,),
        changes=(
            "Rates carry no dates of validity and are replaced by newer ones; the list comes in "
            "one answer and is replaced whole."
        ),
        optional=True,
    ),
)
