"""What stays of the marts: when nothing changed, when somebody is gone, when a test fails."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines.built import is_built
from pipelines.exits import Exit
from pipelines.models import models
from tests.conftest import Account
from tests.terminal import Terminal


@pytest.mark.long
@pytest.mark.timeout(400)  # three builds of the models
def test_what_was_good_stays(terminal: Terminal) -> None:
    """Marts of today are not built again, unless something is newly refused or found to differ.

    Who is gone is known, and a failed test changes nothing.
    """
    company = terminal.account
    assert company.sync(models=True).built
    again = company.sync(models=True)
    assert again.built is None
    assert again.notes == ["The models are of today already, and nothing has changed since."]
    assert not is_built(company.place, company.world.now + timedelta(days=1))
    assert _notices(company) == []
    for note in (REFUSED, DIFFERENT):
        assert is_built(company.place, company.world.now)
        _tamper(company, note)
        assert not is_built(company.place, company.world.now)
        _tamper(company, "update clockodo_raw.resource_status set status = 'loaded'")
    _tamper(company, REFUSED)
    _who_is_gone_keeps_a_name_and_what_was_due(company)
    assert _notices(company) == [
        ("drift", "hours", date(2026, 3, 1), Decimal("12.50"), None),
        ("refused", "teams", None, None, "403"),
    ]
    _the_last_good_marts_stay_when_a_test_fails(company, terminal)


REFUSED = (
    "update clockodo_raw.resource_status set status = 'forbidden', detail = '403'"
    " where resource = 'teams'"
)
DIFFERENT = (
    "insert into clockodo_raw.reconciliations"
    " select run_id, as_of, ended_at, '2026-03-01', 'hours', 12.5, 12, true"
    " from clockodo_raw.api_identity"
)


def _notices(company: Account) -> list[tuple[Any, ...]]:
    """Return what the marts say is refused, was left as it was, or differs."""
    _, found = company.query(
        "select kind, subject, month, tracker_value, detail from marts.rpt_notices"
        " where kind not in ('built', 'read') order by kind"
    )
    return found


def _who_is_gone_keeps_a_name_and_what_was_due(company: Account) -> None:
    """Keep who is deleted while the work stays; a change of team counts from its day on."""
    gone, mover = [u["id"] for u in company.world.rows("users")][3:5]
    before = _known(company, gone)
    day = company.world.now.date()
    customer = company.world.rows("customers")[0]
    _tamper(
        company,
        *(f"delete from clockodo_raw.{t} where users_id = {gone}" for t in OF_PEOPLE),
        f"delete from clockodo_raw.users where id = {gone}",
        f"update clockodo_raw.users set teams_id = 99 where id = {mover}",
        f"delete from clockodo_raw.customers where id = {customer['id']}",
    )

    built = models(company.place, company.world.now + timedelta(days=2))

    assert built.failed == []
    after = _known(company, gone)
    assert before["listed"] is True
    assert after == {**before, "listed": False}
    assert after["hours"] > 0
    teams = company.rows(
        f"select date_day < date '{day}' + 2 as before, team_name, count(*) as days"
        f" from marts.fct_capacity_days where user_id = '{mover}' group by all order by before",
    )
    assert [(t["before"], t["team_name"]) for t in teams] == [(False, "99"), (True, "Steeping")]
    customers = company.rows(
        "select customer_name, is_listed from marts.dim_customers"
        f" where customer_id = '{customer['id']}'",
    )
    assert customers == [{"customer_name": customer["name"], "is_listed": False}]


OF_PEOPLE = ("target_hours", "absences", "users_nonbusiness_days")


def _known(company: Account, user: int) -> dict[str, Any]:
    """Return what the marts say of a person until their last entry."""
    (row,) = company.rows(
        f"""
        select
            user_name, is_listed as listed,
            (
                select sum(net_capacity_hours)
                from marts.fct_capacity_days as days
                where
                    days.user_id = users.user_id
                    and date_day <= (
                        select max(started_on) from marts.fct_time_entries as entries
                        where entries.user_id = users.user_id
                    )
            ) as hours
        from marts.dim_users as users where user_id = '{user}'
        """,
    )
    return row


def _tamper(company: Account, *statements: str) -> None:
    with duckdb.connect(str(company.place.warehouse)) as warehouse:
        for statement in statements:
            warehouse.execute(statement)


def _the_last_good_marts_stay_when_a_test_fails(company: Account, terminal: Terminal) -> None:
    """Tell it, end with 5, and leave every row and comment as before."""
    before = company.marts()
    assert before["rpt_revenue"]
    _tamper(
        company,
        "update clockodo_raw.time_entries set billable = 7, duration = duration + 60",
        "update clockodo_raw.users set name = name || ', again'",
    )

    said = terminal("models")  # as of an earlier day than the build before

    assert said.exit == Exit.LOOK
    assert (
        said.line == "The marts are left as they were; what was built of new ones is in marts_next."
    )
    assert company.marts() == before
    turned = company.rows(
        "select * from snapshots.snap_clockodo__users where dbt_valid_to < dbt_valid_from"
    )
    assert turned == [], "what was known when was rewritten"
    comments = company.rows(
        "select distinct comment is null as missing from duckdb_columns()"
        " where schema_name = 'marts'",
    )
    assert comments == [{"missing": False}]
