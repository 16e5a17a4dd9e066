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

COPY = "TIMEHOUSE_COPY"  # names the published file in the environment
DEFAULT = Path("bi/timehouse.duckdb")
MOST_SHOWN = 20  # bars in a chart; what is left is summed up in one more


@dataclass(frozen=True)
class Share:
    """A share of hours: its name, what is measured and of what, and both in SQL."""

    label: str
    measures: str
    of: str
    part: str
    whole: str


MEASURED = "filter (net_capacity_hours is not null)"


def _billable(measured: str = "") -> str:
    """Write billable hours in SQL, null where of no work is visible whether it is billable."""
    worked = f"sum(worked_seconds) {measured}"
    seen = f"{worked} = 0 or sum(not_visible_seconds) {measured} < {worked}"
    return f"case when {seen} then sum(billable_seconds) {measured} / 3600.0 end"


MEASURED_BILLABLE = _billable(MEASURED)
BILLABLE = "billable hours"
SHARES = {
    "net_capacity_utilization_percent": Share(
        "Net capacity",
        BILLABLE,
        "net capacity (target less holidays and absences)",
        MEASURED_BILLABLE,
        "sum(net_capacity_hours)",
    ),
    "gross_target_utilization_percent": Share(
        "Gross target",
        BILLABLE,
        "the gross target",
        MEASURED_BILLABLE,
        f"sum(gross_target_hours) {MEASURED}",
    ),
    "target_less_holidays_utilization_percent": Share(
        "Target less holidays",
        BILLABLE,
        "the target less holidays",
        MEASURED_BILLABLE,
        f"sum(gross_target_hours - holiday_hours) {MEASURED}",
    ),
    "billable_share_percent": Share(
        "Hours worked",
        BILLABLE,
        "hours worked",
        _billable(),
        "sum(worked_seconds) / 3600.0",
    ),
    "total_utilization_percent": Share(
        "Net capacity, all work",
        "hours worked",
        "net capacity (target less holidays and absences)",
        f"sum(worked_seconds) {MEASURED} / 3600.0",
        "sum(net_capacity_hours)",
    ),
}


def _percent(share: Share) -> str:
    """Write a share in SQL as the marts compute it, null where there is nothing to share."""
    quotient = f"case when {share.whole} > 0 then 100.0 * ({share.part}) / ({share.whole}) end"
    return f"cast(cast({quotient} as decimal(38, 10)) as decimal(18, 2))"


def _cents(value: str) -> str:
    return f"cast(cast({value} as decimal(38, 10)) as decimal(18, 2))"


HOURS = f"""
    {_cents("sum(worked_seconds) / 3600.0")} as worked_hours,
    {_cents(_billable())} as billable_hours,
    {_cents("sum(net_capacity_hours)")} as net_capacity_hours,
    {_cents(f"sum(gross_target_hours) {MEASURED}")} as gross_target_hours,
    {_cents(f"sum(holiday_hours) {MEASURED}")} as holiday_hours,
    {_cents(f"sum(absence_hours) {MEASURED}")} as absence_hours,
    {_cents(f"sum(net_capacity_hours) - ({MEASURED_BILLABLE})")} as bench_hours,
    {_cents("sum(not_visible_seconds) / 3600.0")} as not_visible_hours,
    count(*) filter (net_capacity_hours is null) as days_without_known_capacity
"""
MONEY = f"""
    {_cents("sum(revenue)")} as earned,
    {_cents("sum(revenue) filter (billable_state = 'billed')")} as billed,
    {_cents("sum(revenue) filter (billable_state = 'billable')")} as unbilled,
    {_cents("sum(provisional_revenue)")} as provisional,
    count(*) filter (billable_state <> 'not_billable' and revenue is null)
        as entries_without_revenue
"""


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
# Two of one name are told apart by their number.
PERSON = (
    "case when count(distinct account || user_id) over (partition by user_name) > 1"
    " then user_name || ' (' || user_id || ')' else user_name end"
)


class Marts:
    """A published copy, opened for reading only."""

    def __init__(self, path: Path | None = None) -> None:
        given = path or Path(os.environ.get(COPY, DEFAULT))
        if not given.exists():
            raise FileNotFoundError(
                f"There is no published copy {given}: run `timehouse publish bi`, or name another"
                f" by {COPY}."
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
        """Return the first and last day of work, the day of the build, and that moment."""
        return self.one("""
            select
                (select min(started_on) from marts.fct_time_entries) as first_on,
                (select max(date_day) from marts.fct_capacity_days) as last_on,
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
        shares = ", ".join(f"{_percent(share)} as {name}" for name, share in SHARES.items())
        ahead = ENTRIES.replace("$until", "$planned_until")
        return (
            self.one(f"select {HOURS}, {shares} from {BEGUN}", scope.values)
            | self.one(f"select {MONEY} from {ENTRIES}", scope.values)
            | self.one(
                f"select {_cents('sum(revenue)')} as booked_ahead from {ahead}"
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
                {_percent(SHARES[share])} as percent,
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
                    {_percent(SHARES[share])} as percent,
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
        project = "customer || ': ' || coalesce(project, 'No project')"
        name = "customer" if by == "customer" else project
        keys = "source_system, account, customer_id" + (", project_id" if by == "project" else "")
        return self.ask(
            f"""
            select
                case when count(*) over (partition by {name}) > 1
                    then {name} || ' (' || coalesce(id, '-') || ')' else {name} end as name,
                * exclude (id, customer, project)
            from (
                select
                    max({by}_id) as id,
                    max(customer_name) as customer,
                    max(project_name) as project,
                    {_cents("sum(duration_seconds) / 3600.0")} as hours,
                    {MONEY}
                from {ENTRIES}
                group by {keys}
            )
            where earned <> 0 or provisional <> 0 or entries_without_revenue > 0
            order by earned desc nulls last, name
            """,
            scope.values,
        )

    def unbilled_by_age(self, scope: Scope) -> list[dict[str, Any]]:
        """Return what is not billed as of the build, by customer and age, the most first."""
        ages = ("unbilled", "0_to_30", "31_to_60", "61_to_90", "over_90")
        names = [age if age == "unbilled" else f"unbilled_{age}" for age in ages]
        return self.ask(
            f"""
            select
                customer_name as name,
                {", ".join(f"sum({name}) as {name}" for name in names)},
                max(oldest_days) as oldest_days,
                cast(sum(entries_without_revenue) as bigint) as entries_without_revenue
            from marts.rpt_work_in_progress
            where {SCOPED} and currency = $currency
            group by source_system, account, customer_id, customer_name
            having sum(unbilled) <> 0 or sum(entries_without_revenue) > 0
            order by unbilled desc, name
            """,
            scope.values,
        )

    def budgets(self, scope: Scope) -> list[dict[str, Any]]:
        """Return how much is used of each budget of a project under way, the most first."""
        return self.ask(
            f"""
            select
                customer_name || ': ' || project_name as name,
                budget_unit, budget_interval, budget_amount, used_amount, remaining_amount,
                burn_percent, exhausted_on, entries_without_value
            from marts.rpt_budget_burn
            where {SCOPED} and (currency = $currency or budget_unit = 'hours')
                and budget_unit is not null and is_current and is_active and not is_completed
            order by burn_percent desc nulls last, name
            """,
            scope.values,
        )
