"""Rows of master data as a reader with certain rights sees them."""

from simulator.clockodo_view import View
from simulator.holidays import GROUP_NAMES, SPECIALS
from simulator.store import Row

# What the documentation lists without a condition.
MINIMAL_USER = {"id", "name", "initials", "active", "teams_id", "language", "timezone"}
MINIMAL_USER |= {"weekstart_monday", "timeformat_12h", "weekend_friday", "nonbusiness_groups_id"}
PROJECT_MONEY = {"budget", "revenue_factor", "billed_money", "billed_completely"}
# Documented as always there on subprojects, so only these two depend on rights.
SUBPROJECT_MONEY = {"budget", "revenue_factor"}
COMPANY_USER = {
    "id",
    "name",
    "number",
    "email",
    "role",
    "active",
    "timeformat_12h",
    "weekstart_monday",
    "weekend_friday",
    "language",
    "timezone",
    "wage_type",
    "can_generally_see_absences",
    "can_generally_manage_absences",
    "can_add_customers",
    "teams_id",
    "initials",
    "boss",
    "absence_managers_id",
    "default_holidays_count",
    "default_target_hours",
    "edit_lock",
    "edit_lock_dyn",
    "edit_lock_sync",
    "work_time_edit_lock_days",
    "creator",
    "support_pin",
}


def without(row: Row, keys: set[str]) -> Row:
    """Leave keys out: what a reader may not see is absent, not null."""
    return {key: value for key, value in row.items() if key not in keys}


def noted(view: View, row: Row) -> Row:
    """Show notes to administrators only."""
    return row if view.rights.owner else without(row, {"note", "bill_service_id"})


def project(view: View, row: Row) -> Row:
    """Show budgets to who may see money."""
    return noted(view, row if view.rights.money else without(row, PROJECT_MONEY))


def subproject(view: View, row: Row) -> Row:
    """Show budgets to who may see money."""
    return noted(view, row if view.rights.money else without(row, SUBPROJECT_MONEY))


def user(view: View, row: Row) -> Row:
    """Show a member: in full, or as little as every colleague may know."""
    if not view.sees_person(row["id"]):
        return {key: row[key] for key in MINIMAL_USER}
    if row["id"] == view.me:
        return row | {"role": "owner" if view.rights.owner else "worker"}
    return row


def me(view: View) -> Row:
    """Show the key owner."""
    return user(view, view.world.tables["users"][view.me])


def aggregate(view: View) -> Row:
    """Show the key owner and the settings of the company in the older spelling."""
    own = me(view)
    user_row = {key: own[key] for key in sorted(COMPANY_USER)}
    group = {"nonbusinessgroups_id": own["nonbusiness_groups_id"], "worktime_regulation_id": None}
    regulation = {"id": 1, "name": "Germany", "add_to_worktime": False}
    regulation |= {"daily_max": 10, "weekly_max": 48, "interval_max": 6}
    return {
        "user": user_row | group,
        "company": view.world.rows("company")[0],
        "worktime_regulation": regulation,
    }


def absence(view: View, row: Row) -> Row:
    """Show an absence; rows that may not be seen at all do not get here."""
    return row if view.rights.owner else without(row, {"note"})


def nonbusiness_group(view: View, row: Row) -> Row:
    """Show a group in the reader's language."""
    names = GROUP_NAMES.get(row["name"])
    return row | {"name": names[view.language]} if names else row


def nonbusiness_day(view: View, rule: Row, evaluated_date: str) -> Row:
    """Show a nonbusiness day of one year; only special days have a name in each language."""
    name = rule["name"]
    if rule["type"] == "SPECIAL" and name == SPECIALS[rule["special_id"]].names[0]:
        name = SPECIALS[rule["special_id"]].names[view.language]
    return {**rule, "name": name, "evaluated_date": evaluated_date}


def same(_: View, row: Row) -> Row:
    """Show everything to everybody."""
    return row
