"""What the report asks the marts: each question a query, each answer a table of columns.

The marts hold the metrics by fixed periods and rounded; here a period is any two days, so hours and
money are added up from the facts, and rounded once, as the marts do.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from notebooks.shares import HOURS, MONEY, SHARES, cents, percent

VARIABLE = "TIMEHOUSE_COPY"  # names the published file in the environment
DEFAULT = Path("bi/timehouse.duckdb")


@dataclass(frozen=True)
class Scope:
    """What is looked at: two days, both counted, and one account, team and currency.

    `account` is its system and label; it and `team` are None for all, `currency` never is.
    """

    since: date
    until: date
    as_of: date
    unit: str
    currency: str
    account: str | None = None
    team: str | None = None

    @property
    def counted_until(self) -> date:
        """The last day that has begun."""
        return min(self.until, self.as_of)

    @property
    def has_begun(self) -> bool:
        """Whether any of its days has begun."""
        return self.since <= self.as_of

    @property
    def is_over(self) -> bool:
        """Whether all of its days are past."""
        return self.until < self.as_of

    @property
    def values(self) -> dict[str, Any]:
        """The values of the parameters of a query."""
        return {
            "since": self.since,
            "until": self.counted_until,
            "as_of": self.as_of,
            "unit": self.unit,
            "currency": self.currency,
            "account": self.account,
            "team": self.team,
        }


SCOPED = "($account is null or source_system || ' ' || account = $account)"
TEAMED = "($team is null or coalesce(team_name, 'No team') = $team)"
DAYS = f"marts.fct_capacity_days where {SCOPED} and {TEAMED} and date_day between $since and $until"
BEGUN = f"{DAYS} and has_begun"
ENTRIES = (
    f"marts.fct_time_entries where {SCOPED} and {TEAMED} and currency = $currency"
    " and started_on between $since and $until"
)


def _told_apart(name: str, key: str) -> str:
    """Write a name in SQL; two of one name are told apart by account and number."""
    several = f"count(distinct account || ' ' || {key}) over (partition by {name}) > 1"
    number = f"' (' || account || ' ' || {key} || ')'"
    return f"case when {several} then {name} || {number} else {name} end"


PERSON = _told_apart("user_name", "user_id")


class Marts:
    """A published copy, opened for reading only."""

    def __init__(self, path: Path | None = None) -> None:
        given = path or Path(os.environ.get(VARIABLE, DEFAULT))
        if not given.exists():
            raise FileNotFoundError(
                f"There is no published copy {given}: run `timehouse publish bi`, or name another"
                f" by {VARIABLE}."
            )
        # The file itself, not the name that leads to it: that leads elsewhere after the next copy.
        self._connection = duckdb.connect(str(given.resolve()), read_only=True)
        self._connection.execute("set timezone = 'UTC'")

    def ask(self, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return rows by the names of their columns; a value that the query does not name is left.

        Each question has a cursor of its own, as questions are asked from several threads.
        """
        used = {name: value for name, value in (values or {}).items() if f"${name}" in query}
        with self._connection.cursor() as cursor:
            found = cursor.execute(query, used)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def one(self, query: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the only row."""
        (row,) = self.ask(query, values)
        return row

    def choices(self) -> dict[str, list[str]]:
        """Return the accounts, teams and currencies there are; the busiest currency first."""
        return self.one("""
            select
                (select list_sort(list(distinct source_system || ' ' || account))
                    from marts.rpt_notices) as accounts,
                (select list_sort(list(distinct coalesce(team_name, 'No team')))
                    from marts.fct_capacity_days) as teams,
                (select list(currency order by entries desc, currency) from (
                    select currency, count(*) as entries from marts.fct_time_entries group by all
                )) as currencies
        """)

    def span(self) -> dict[str, Any]:
        """Return the first and last day of work, and the day and moment of the build."""
        return self.one("""
            select
                (select min(started_on) from marts.fct_time_entries) as first_on,
                (select max(started_on) from marts.fct_time_entries) as last_on,
                coalesce(
                    (select max(date_day) from marts.fct_capacity_days where has_begun),
                    cast(max(noticed_at) as date)
                ) as as_of,
                max(noticed_at) as built_at
            from marts.rpt_notices where kind = 'built'
        """)

    def notices(self) -> list[dict[str, Any]]:
        """Return what keeps the marts from being all the tracker says."""
        return self.ask("""
            select source_system || ' ' || account as account, * exclude (account)
            from marts.rpt_notices where kind not in ('built', 'read')
            order by kind, subject, month
        """)

    def totals(self, scope: Scope) -> dict[str, Any]:
        """Return hours, shares and money of all that is looked at, and what is booked ahead."""
        shares = ", ".join(f"{percent(share)} as {name}" for name, share in SHARES.items())
        ahead = ENTRIES.replace("$until", "$planned_until")
        return (
            self.one(f"select {HOURS}, {shares} from {BEGUN}", scope.values)
            | self.one(f"select {MONEY} from {ENTRIES}", scope.values)
            | self.one(
                f"select {cents('sum(revenue)')} as booked_ahead from {ahead}"
                " and started_on > $until",
                {**scope.values, "planned_until": scope.until},
            )
        )

    def utilization_over_time(self, scope: Scope, share: str) -> list[dict[str, Any]]:
        """Return a share by unit of time for each team and for all of them."""
        return self.ask(
            f"""
            select
                cast(date_trunc($unit, date_day) as date) as starts_on,
                case when grouping(team_name) = 1 then null else coalesce(team_name, 'No team') end
                    as team_name,
                starts_on < date_trunc($unit, $as_of) as is_over,
                {percent(SHARES[share])} as percent,
                {HOURS}
            from {BEGUN}
            group by grouping sets ((starts_on, team_name), (starts_on))
            order by team_name nulls first, starts_on
            """,
            scope.values,
        )

    def utilization_by_person(self, scope: Scope, share: str) -> list[dict[str, Any]]:
        """Return a share for each person, the highest first."""
        return self.ask(
            f"""
            select {PERSON} as user_name, * exclude (user_name) from (
                select
                    source_system, account, user_id, max(user_name) as user_name,
                    {percent(SHARES[share])} as percent,
                    {HOURS}
                from {BEGUN}
                group by source_system, account, user_id
            )
            order by percent desc nulls last, user_name
            """,
            scope.values,
        )

    def capacity(self, scope: Scope) -> list[dict[str, Any]]:
        """Return each person's capacity by unit of time, days to come included."""
        return self.ask(
            f"""
            select {PERSON} as user_name, * exclude (user_name) from (
                select
                    source_system, account, user_id, max(user_name) as user_name,
                    cast(date_trunc($unit, date_day) as date) as starts_on,
                    {HOURS}
                from {DAYS}
                group by source_system, account, user_id, starts_on
                having max(case when is_employed then 1 else 0 end) = 1
            )
            order by user_name, starts_on
            """,
            {**scope.values, "until": scope.until},
        )

    def revenue(self, scope: Scope, by: str) -> list[dict[str, Any]]:
        """Return what was earned by `customer` or `project`, the most first."""
        project = "coalesce(project, 'No project') || ', ' || customer"
        name = "customer" if by == "customer" else project
        keys = "source_system, account, customer_id" + (", project_id" if by == "project" else "")
        key = "coalesce(customer_id, '-')"
        key += " || ' ' || coalesce(project_id, '-')" if by == "project" else ""
        return self.ask(
            f"""
            select {_told_apart("name", "id")} as name, * exclude (name, id, account) from (
                select {name} as name, * exclude (customer, project) from (
                    select
                        account,
                        {key} as id,
                        coalesce(max(customer_name), 'No customer') as customer,
                        max(project_name) as project,
                        {cents("sum(duration_seconds) / 3600.0")} as hours,
                        {MONEY}
                    from {ENTRIES}
                    group by {keys}
                )
            )
            where billed <> 0 or unbilled <> 0 or provisional <> 0 or entries_without_revenue > 0
            order by coalesce(earned, 0) + coalesce(provisional, 0) desc, name
            """,
            scope.values,
        )

    def unbilled_by_age(self, scope: Scope) -> list[dict[str, Any]]:
        """Return what is not billed as of the build, by customer and age, the most first."""
        ages = ("0_to_30", "31_to_60", "61_to_90", "over_90")
        return self.ask(
            f"""
            select {_told_apart("name", "id")} as name, * exclude (name, account, id)
            from (
                select
                    account, coalesce(customer_id, '-') as id,
                    coalesce(max(customer_name), 'No customer') as name, sum(unbilled) as unbilled,
                    {", ".join(f"sum(unbilled_{age}) as unbilled_{age}" for age in ages)},
                    max(oldest_days) as oldest_days,
                    cast(sum(entries_without_revenue) as bigint) as entries_without_revenue
                from marts.rpt_work_in_progress
                where {SCOPED} and currency = $currency
                group by source_system, account, customer_id
            )
            where entries_without_revenue > 0
                or {" or ".join(f"unbilled_{age} <> 0" for age in ages)}
            order by unbilled desc, name
            """,
            scope.values,
        )

    def budgets(self, scope: Scope) -> list[dict[str, Any]]:
        """Return how much is used of each budget of a project under way, the most first."""
        return self.ask(
            f"""
            select {_told_apart("name", "project_id")} as name,
                * exclude (name, account, project_id)
            from (
                select
                    account, project_id, project_name || ', ' || customer_name as name,
                    budget_unit, budget_interval, budget_amount, used_amount, remaining_amount,
                    burn_percent, exhausted_on
                from marts.rpt_budget_burn
                where {SCOPED} and (currency = $currency or budget_unit = 'hours')
                    and budget_unit is not null and is_current and is_active and not is_completed
            )
            order by burn_percent desc nulls last, name
            """,
            scope.values,
        )
