"""The models: their own unit tests, and several accounts in one warehouse."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipelines.models import PROJECT
from tests.conftest import Account


def test_the_worked_numbers_of_the_definitions_hold(
    account: Callable[..., Account], tmp_path: Path
) -> None:
    """Each piece of logic in SQL, on invented rows; syncs leave these tests out."""
    company = account(loaded=True)
    company.sync(models=True)
    dbt = Path(sys.executable).parent / "dbt"
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    folders += ["--target-path", str(tmp_path / "dbt"), "--log-path", str(tmp_path / "dbt")]

    ran = subprocess.run(
        [dbt, "test", "--select", "test_type:unit", *folders],
        check=False,
        env={**os.environ, "TIMEHOUSE_WAREHOUSE": str(company.place.warehouse)},
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert ran.returncode == 0, ran.stdout
    assert "NO TESTS" not in ran.stdout.upper()
    assert "Done. PASS=" in ran.stdout


def test_every_account_of_a_warehouse_is_in_the_marts(account: Callable[..., Account]) -> None:
    """A second one beside the first, whichever of them is synced."""
    company = account(loaded=True)
    company.place = replace(company.place, account="berlin")

    built = company.sync(models=True).built

    assert built is not None
    assert built.failed == []
    _, counts = company.query("select account, count(*) from marts.fct_time_entries group by 1")
    assert {label for label, _ in counts} == {"berlin", "main"}
    assert len({count for _, count in counts}) == 1
