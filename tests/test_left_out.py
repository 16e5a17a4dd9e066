"""A test that is left out is not forgotten: the end of a run names it, and CI fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ONE = ["tests/test_simulator.py", "-k", "officially_described and rates"]


@pytest.mark.long
@pytest.mark.parametrize(("options", "code"), [([], 0), (["--none-left-out"], 1)])
def test_what_is_left_out_is_named_with_how_to_get_it(
    options: list[str], code: int, tmp_path: Path
) -> None:
    """The place of the test and the option it lacks, also where processes share the tests out."""
    # A folder of its own: pytest would close the common one to the tests' PostgreSQL.
    options = [*options, "-n", "1", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *ONE],
        check=False,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert ran.returncode == code, ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if "not given: --clockodo-openapi" in line]
    assert "tests/test_simulator.py" in line
