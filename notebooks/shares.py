"""What is measured, in SQL: shares of hours with their denominators, hours, and money."""

from dataclasses import dataclass


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


def percent(share: Share) -> str:
    """Write a share in SQL as the marts compute it, null where there is nothing to share."""
    return cents(f"case when {share.whole} > 0 then 100.0 * ({share.part}) / ({share.whole}) end")


def cents(value: str) -> str:
    """Write a value in SQL rounded as the marts round, once and at the end."""
    return f"cast(cast({value} as decimal(38, 10)) as decimal(18, 2))"


HOURS = f"""
    {cents("sum(worked_seconds) / 3600.0")} as worked_hours,
    {cents(_billable())} as billable_hours,
    {cents("sum(net_capacity_hours)")} as net_capacity_hours,
    {cents(f"sum(gross_target_hours) {MEASURED}")} as gross_target_hours,
    {cents(f"sum(holiday_hours) {MEASURED}")} as holiday_hours,
    {cents(f"sum(absence_hours) {MEASURED}")} as absence_hours,
    {cents(f"sum(net_capacity_hours) - ({MEASURED_BILLABLE})")} as bench_hours,
    {cents("sum(not_visible_seconds) / 3600.0")} as not_visible_hours,
    count(*) filter (net_capacity_hours is null) as days_without_known_capacity
"""


def _part(state: str) -> str:
    """Write the revenue of one state in SQL; null where of no entry the state is visible."""
    other = "when is_billable is not null then 0"
    return f"sum(case when billable_state = '{state}' then revenue {other} end)"


MONEY = f"""
    {cents("sum(revenue)")} as earned,
    {cents(_part("billed"))} as billed,
    {cents(_part("billable"))} as unbilled,
    {cents("sum(provisional_revenue)")} as provisional,
    count(*) filter (billable_state <> 'not_billable' and revenue is null)
        as entries_without_revenue
"""
