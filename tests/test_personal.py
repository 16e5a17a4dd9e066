"""Which columns tell of a person is declared, and told wherever a column is described."""

import json
import re
from collections.abc import Callable

import pytest

from api_extract.tables import Column
from tests.conftest import Account
from tests.trackers import CLOCKIFY, CLOCKODO, TRACKERS, Tracker

# Texts and lists of Clockodo that are names of things, codes, or numbers of people.
IMPERSONAL = {
    "access_groups": {"name", "users_ids"},
    "company": {"name", "currency", "timezone_default", "worktime_evaluate_regulations_since"},
    "nonbusiness_groups": {"name"},
    "nonbusiness_days": {"name", "type"},
    "users_nonbusiness_days": {"name", "type"},
    "target_hours": {"type"},
    "teams": {"name", "user_ids"},
    "user_report_days": {"breaks"},
    "users": {"language", "role", "timezone", "absence_managers_id", "access_groups_ids"},
}
THINGS = {"customers", "projects", "subprojects", "services", "lump_sum_services", "rates"}
NAMES_OF_THINGS = {f"{thing}_name" for thing in THINGS}
# What is no text, and tells of employment, pay, health or absence nevertheless.
TELLING = {
    "absences": {"type", "sick_note"},
    "users": {"wage_type", "start_date", "exit_date", "future_coworker"},
}
# Clockify's tables of people and their time; in all others a text is the name of a thing.
OF_PEOPLE = {
    "users": {"status", "active_workspace", "default_workspace"},
    "memberships": {"membership_type", "membership_status"},
    "project_memberships": {"membership_type", "membership_status"},
    "user_group_members": set[str](),
    "member_profiles": {"work_capacity", "working_days", "week_start"},
    "time_entries": {"type", "client_name", "project_name", "task_name", "project_color"}
    | {"invoicing_info", "tags", "amounts"},
    "time_entry_tags": set(),
    "holiday_assignments": {"assignee_type"},
    "time_off_requests": {"user_time_zone", "time_unit", "status__status_type"},
}
IN_LISTS_OF_THINGS = {"note", "notes", "email", "address", "cc_emails", "team_managers"}
NO_PERSON = ("id", "_ids", "__currency")  # how ids and codes end
OF_TIME = ("settings__", "time_interval__", "time_off_period__")


def of_person(table: str, column: Column) -> bool:
    """Tell whether a column of Clockodo must be declared personal."""
    if column.kind not in ("text", "json"):
        return column.name in TELLING.get(table, ()) or "absence__" in column.name
    if table in THINGS:
        return column.name == "note"
    return column.name not in IMPERSONAL.get(table, NAMES_OF_THINGS)


def of_person_in_clockify(table: str, column: Column) -> bool:
    """Tell whether a column of Clockify must be; the policy of an absence may tell of health."""
    if column.kind not in ("text", "json"):
        cost = column.name == "cost_rate__amount" and table in OF_PEOPLE
        return cost or (column.name == "hourly_rate__amount" and "memberships" in table)
    if table not in OF_PEOPLE:
        return column.name in IN_LISTS_OF_THINGS
    if column.name.endswith(NO_PERSON) or column.name.startswith(OF_TIME):
        return (table, column.name) == ("time_off_requests", "policy_id")
    return column.name not in OF_PEOPLE[table]


RULES = {CLOCKODO: of_person, CLOCKIFY: of_person_in_clockify}


@pytest.mark.parametrize(
    ("tracker", "table"), [(t, name) for t in TRACKERS.values() for name in t.tables]
)
def test_what_tells_of_a_person_is_declared_personal(tracker: Tracker, table: str) -> None:
    """Each text is, unless it is known to be none; of all else what tells of work or health."""
    columns = tracker.tables[table].columns
    expected = {c.name for c in columns if RULES[tracker](table, c)}
    assert {c.name for c in columns if c.personal} == expected
    if expected and table not in THINGS | {"clients", "user_groups"}:
        assert tracker.tables[table].person in {"id", "user_id", "users_id"}

    page = tracker.page.read_text(encoding="utf-8")
    section = page.partition(f"**`{table}`**")[2].partition("**`")[0]
    assert set(re.findall(r"\| `(\w+)` \| [\w ]+ \| P", section)) == expected


def test_the_warehouse_knows_which_columns_are_personal(
    tracker: Tracker, account: Callable[..., Account]
) -> None:
    """Each column of the raw schema that is kept with the data says yes or no."""
    company = account(tracker)
    tables = ("users", {"clockodo": "absences", "clockify": "time_off_requests"}[tracker.name])
    company.sync(*tables)

    _, rows = company.query(f"select schema from {tracker.raw}._dlt_version order by version desc")
    schema = json.loads(rows[0][0])["tables"]
    for table in tables:
        told = {n: c["x-personal"] for n, c in schema[table]["columns"].items() if n[0] != "_"}
        assert told == {c.name: c.personal for c in tracker.tables[table].loaded}
