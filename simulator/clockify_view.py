"""What one request may see, and how lists are answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.clockify_params import Asked, denied
from simulator.clockify_settings import Plan, Rights, Switches, includes
from simulator.clockify_tenant import Tenant
from simulator.clockify_values import money
from simulator.query import Page
from simulator.store import Row
from simulator.world import World

Key = Callable[[Row], Any]
LARGEST, USUAL = 5000, 50
# Names are compared without regard to the case, as far as anybody has seen.
BY_ID: dict[str, Key] = {"ID": lambda row: row["id"]}
BY_NAME: dict[str, Key] = {**BY_ID, "NAME": lambda row: row["name"].lower()}


@dataclass(frozen=True)
class View:
    """One request: its parameters, and the eyes it is answered for; takes headers of the answer."""

    tenant: Tenant
    tenants: Sequence[Tenant]
    asked: Asked
    rights: Rights
    switches: Switches
    plan: Plan
    me: int
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """Company behind the workspace."""
        return self.tenant.world

    @property
    def zone(self) -> str:
        """Time zone of the account."""
        return str(self.world.tables["users"][self.me]["timezone"])

    @property
    def is_admin(self) -> bool:
        """Whether the key's owner sees everybody's rows."""
        return self.rights.role != "member"

    @property
    def shows_rates(self) -> bool:
        """Whether rates and amounts are told."""
        return self.is_admin or not self.rights.hides_rates

    def has(self, plan: Plan) -> bool:
        """Whether the workspace is on this plan or a higher one."""
        return includes(self.plan, plan)

    def sees(self, users_id: int) -> bool:
        """Whether rows about this person are told."""
        return self.is_admin or users_id == self.me

    def must_see(self, users_id: int) -> None:
        """Refuse who asks for somebody else's rows."""
        if not self.sees(users_id):
            raise denied()

    def rates(self, hourly: float | None, *, cost: bool = True) -> Row:
        """Build the keys about rates; what may not be seen is null, or not there at all.

        Nobody in this company has a cost rate.
        """
        names = ("hourlyRate", "costRate") if cost else ("hourlyRate",)
        if not self.shows_rates:
            return dict.fromkeys(names) if self.switches.hidden_rates == "null" else {}
        rate = None if hourly is None else money(hourly, self.world.currency)
        return {**dict.fromkeys(names), "hourlyRate": rate}

    def paged(self, rows: Sequence[Any], usual: int = USUAL, largest: int = LARGEST) -> Any:  # noqa: ANN401 - rows of any kind
        """Take the page that is asked for in the query, and say whether it is the last."""
        return self.cut(rows, self.asked.page(usual, largest))

    def cut(self, rows: Sequence[Any], page: Page) -> Any:  # noqa: ANN401 - likewise
        """Take a page, and say whether it is the last."""
        if self.switches.last_page == "told":
            is_last = page.number * page.size >= len(rows)
            self.headers["Last-Page"] = "true" if is_last else "false"
        return page.cut(rows)

    def ordered(self, rows: list[Row], keys: Mapping[str, Key], usual: str) -> list[Row]:
        """Sort by the column that is asked for."""
        column = self.asked.one_of("sort-column", keys, usual)
        order = self.asked.one_of("sort-order", ("ASCENDING", "DESCENDING"), "ASCENDING")
        return sorted(rows, key=keys[column], reverse=order == "DESCENDING")

    def by_flag(self, rows: list[Row], name: str, column: str) -> list[Row]:
        """Filter by a truth value; where it is not asked for, both are told."""
        wanted = self.asked.flag(name)
        return rows if wanted is None else [row for row in rows if row[column] is wanted]

    def by_name(self, rows: list[Row]) -> list[Row]:
        """Search in names."""
        part = (self.asked.get("name") or "").lower()
        return [row for row in rows if part in row["name"].lower()]
