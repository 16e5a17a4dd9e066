"""The nightly DAG: what differs from the tracker is mended; what only people can mend ends it."""

import pytest

from tests.airflow.conftest import CONNECTION, MakeAirflow, Tried
from tests.held import held
from tests.truth import differences

pytestmark = pytest.mark.timeout(900)
DAG = "timehouse_reconcile"


def test_what_differs_is_mended_and_a_wrong_key_is_not_tried_again(airflow: MakeAirflow) -> None:
    """The edit that no sync saw is there, and in the marts; the refusal changes nothing."""
    here = airflow(0.1)
    here.configure()
    company = here.account
    company.sync()
    edited = next(e for e in company.world.entries if (e.duration or 0) > 0 and e.billable)
    seconds = (edited.duration or 0) + 3_600
    company.world.edit_entry(edited.id, duration=seconds)
    assert differences(company) != []

    ran = here(f"airflow dags test {DAG}")

    assert ran.code == 0, ran.printed
    assert differences(company) == []
    asked = f"select duration_seconds from marts.fct_time_entries where entry_id = '{edited.id}'"
    assert company.query(asked)[1] == [(seconds,)]

    before = held(company)
    here.configure(password="0" * 32)
    ran = here(f"airflow dags test {DAG}")

    assert ran.code != 0
    assert "timehouse reconcile ended with 2: " in ran.printed
    assert here.tried(DAG)["reconcile"] == [Tried("failed", 1, "timehouse")]
    assert held(company) == before

    del here.environment[CONNECTION]
    ran = here(f"airflow dags test {DAG}")

    assert "There is no connection clockodo." in ran.printed
    assert here.tried(DAG)["reconcile"] == [Tried("failed", 1, "timehouse")]
