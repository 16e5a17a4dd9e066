"""Which columns tell of a person is declared, and told wherever a column is described."""

import json
import re
from collections.abc import Callable

import pytest

from api_extract.tables import Column
from clockodo_source.describe import PAGE
from clockodo_source.tables import TABLES
from tests.conftest import Account

# Texts and lists that are names of things, codes, or numbers of people.
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


def of_person(table: str, column: Column) -> bool:
    """Tell whether a column must be declared personal."""
    if column.kind not in ("text", "json"):
        return column.name in TELLING.get(table, ()) or "absence__" in column.name
    if table in THINGS:
        return column.name == "note"
    return column.name not in IMPERSONAL.get(table, NAMES_OF_THINGS)


@pytest.mark.parametrize("table", TABLES)
def test_what_tells_of_a_person_is_declared_personal(table: str) -> None:
    """Each text is, unless it is known to be none; of all else what tells of work or health."""
    columns = TABLES[table].columns
    expected = {c.name for c in columns if of_person(table, c)}
    assert {c.name for c in columns if c.personal} == expected

    section = PAGE.read_text(encoding="utf-8").partition(f"**`{table}`**")[2].partition("**`")[0]
    assert set(re.findall(r"\| `(\w+)` \| [\w ]+ \| P", section)) == expected


def test_the_warehouse_knows_which_columns_are_personal(account: Callable[..., Account]) -> None:
    """Each column of the raw schema that is kept with the data says yes or no."""
    company = account()
    company.sync("users", "absences")

    _, rows = company.query("select schema from clockodo_raw._dlt_version order by version desc")
    schema = json.loads(rows[0][0])["tables"]
    for table in ("users", "absences"):
        told = {n: c["x-personal"] for n, c in schema[table]["columns"].items() if n[0] != "_"}
        assert told == {c.name: c.personal for c in TABLES[table].loaded}
