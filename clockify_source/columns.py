"""What the tables of a workspace have in common: whose they are, rates, and ids of other rows."""

from functools import partial

from api_extract.tables import Column, Table

BY_ID = (("sort-column", "ID"), ("sort-order", "ASCENDING"))  # a row added late lands at the end

# Rows of one workspace are replaced at once, and those of others are left alone.
OfWorkspace = partial(Table, camel=True, per="workspace_id")

WORKSPACE = Column("workspace_id", "text", "The workspace it belongs to.")
MEMBERSHIP = (
    Column("membership_type", "text", "WORKSPACE, PROJECT or USERGROUP."),
    Column("membership_status", "text", "PENDING, ACTIVE, DECLINED or INACTIVE."),
)
_UNUSED = "Known, and of no use here."


def link(
    name: str, description: str, *, sparse: bool = False, follows: tuple[str, ...] = ()
) -> Column:
    """Return the column of an id or a name of another row; an empty text says that it has none."""
    return Column(name, "text", description, sparse=sparse, follows=follows, blank="")


def unused(prefix: str, *names: str) -> tuple[Column, ...]:
    """Return columns for documented keys of an object that nobody computes with."""
    return tuple(Column(prefix + name, "json", _UNUSED, loaded=False) for name in names)


def rates(of: str, *, personal: bool = False, follows: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Return the columns of the two rates; `personal` where they tell what one person costs.

    They are sparse where they follow other columns, else a matter of rights. Those that do are an
    entry's: its price may be anybody's, its cost is that of its person.
    """
    right = partial(Column, right=not follows, sparse=bool(follows), follows=follows)
    minor = "in minor units of its currency"
    price, cost = f"Price of an hour {of}, {minor}.", f"Cost of an hour {of}, {minor}."
    return (
        right("hourly_rate__amount", "bigint", price, personal=personal, counted=personal),
        right("hourly_rate__currency", "text", "Code of the currency of that price."),
        right("cost_rate__amount", "bigint", cost, personal=personal or bool(follows)),
        right("cost_rate__currency", "text", "Code of the currency of that cost."),
    )
