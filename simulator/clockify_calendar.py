"""Holidays and the policies of time off."""

from collections.abc import Iterator
from datetime import date

from simulator import holidays
from simulator.clockify_extra import own_project
from simulator.clockify_ids import hex_id
from simulator.clockify_view import BY_NAME, View
from simulator.instants import local_day
from simulator.store import OWNER, Row
from simulator.written import encode

LARGEST, USUAL = 200, 50
# By the type of an absence: nothing but the name tells what a policy is about.
POLICIES = {
    1: "Vacation",
    2: "Special leave",
    3: "Overtime taken",
    4: "Sick leave",
    5: "Child sick",
    6: "Vocational school",
    7: "Maternity leave",
    8: "Home office",
    9: "Remote work",
    10: "Unpaid special leave",
    11: "Unpaid sick leave",
    12: "Unpaid leave, child sick",
    13: "Quarantine",
    14: "Military service",
    15: "Sickness benefit",
}
VACATION, IN_HOURS, FORMER, HALF_DAY = 1, 3, 98, 99
POLICIES |= {FORMER: "Moving house", HALF_DAY: "Company half day"}


def list_holidays(view: View) -> bytes:
    """Answer with all holidays, whatever page is asked for."""
    rows = [row for rule in view.world.rows("nonbusiness_days") for row in of_rule(view, rule)]
    if person := view.asked.get("assigned-to"):
        view.tenant.find("users", "users", person, "User")
        rows = [row for row in rows if person in row["userIds"]]
    return encode(rows)


def years(view: View) -> range:
    """Years that the company's history touches, and the one to come."""
    return range(view.world.since.year, view.world.now.year + 2)


def of_rule(view: View, rule: Row) -> Iterator[Row]:
    """Yield the holidays of one rule: one that recurs, or one a year where the date moves."""
    found = ((year, holidays.evaluated(rule, year)) for year in years(view))
    told = [(year, day) for year, day in found if day and not rule["half_day"]]
    annual = holidays.is_fixed(rule)
    for year, day in told[:1] if annual else told:
        yield holiday_row(view, rule, day, 0 if annual else year)


def holiday_row(view: View, rule: Row, day: date, year: int) -> Row:
    """Show a holiday; it is for the people of its calendar as it is today."""
    today = local_day(view.world.timezone, view.world.now_epoch).isoformat()
    people = {  # each once, even where two spans of a person overlap
        span["users_id"]: None
        for span in view.world.rows("users_nonbusiness_groups")
        if span["nonbusiness_groups_id"] == rule["nonbusiness_group_id"]
        and span["date_since"] <= today <= (span["date_until"] or "9999-12-31")
    }
    project = own_project(view.world)
    return {
        "id": view.tenant.id("holidays", rule["id"] * 10_000 + year),
        "name": rule["name"],
        "workspaceId": view.tenant.key,
        "datePeriod": {"startDate": day.isoformat(), "endDate": day.isoformat()},
        "occursAnnually": year == 0,
        "everyoneIncludingNew": False,
        "userIds": [hex_id("users", users_id) for users_id in people],
        "userGroupIds": [],
        "automaticTimeEntryCreation": {"enabled": project is not None},
        "projectId": view.tenant.id("projects", project["id"]) if project else None,
        "taskId": None,
    }


def list_policies(view: View) -> bytes:
    """Answer with a page of policies, those in use unless asked otherwise."""
    state = view.asked.one_of("status", ("ACTIVE", "ARCHIVED", "ALL"), "ACTIVE")
    rows = [policy_row(view, number) for number in POLICIES]
    if state != "ALL":
        rows = [row for row in rows if row["archived"] is (state == "ARCHIVED")]
    rows = view.ordered(view.by_name(rows), BY_NAME, "NAME")
    return encode(view.paged(rows, USUAL, LARGEST))


def policy_row(view: View, number: int) -> Row:
    """Show a policy."""
    project = own_project(view.world) if number == VACATION else None
    key = view.tenant.id("projects", project["id"]) if project else None
    return {
        "id": view.tenant.id("policies", number),
        "name": POLICIES[number],
        "workspaceId": view.tenant.key,
        "archived": number == FORMER,
        "timeUnit": unit(number),
        "allowHalfDay": number != IN_HOURS,
        "allowNegativeBalance": True,
        "negativeBalance": None,
        "automaticAccrual": None,
        "automaticTimeEntryCreation": {
            "enabled": project is not None,
            "defaultEntities": {"projectId": key, "taskId": None},
        },
        "approve": {
            "requiresApproval": number != HALF_DAY,
            "specificMembers": False,
            "teamManagers": False,
            "userIds": [hex_id("users", OWNER)],
        },
        "everyoneIncludingNew": True,
        "userIds": [],
        "userGroupIds": [],
    }


def unit(policy: int) -> str:
    """Tell what time off is counted in."""
    return "HOURS" if policy == IN_HOURS else "DAYS"
