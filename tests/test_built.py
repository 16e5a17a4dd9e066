"""What is told of models that were not built: in the report of the run, by status, by its exit."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines import models
from pipelines.built import BUILT, _load
from pipelines.exits import Exit
from pipelines.ledger import Ledger
from tests.conftest import Account
from tests.terminal import Terminal

REPORTS = "select exit, report from clockodo_raw.run_reports order by ended_at desc limit 1"


def reported(company: Account) -> tuple[int, dict[str, object]]:
    ((code, said),) = company.query(REPORTS)[1]
    return code, json.loads(said)


def test_models_that_fail_are_in_the_report_of_their_run_and_in_status(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Status ends with 5 until they are built; where there never were any it has nothing to say."""
    assert terminal("status").exit == Exit.DONE
    monkeypatch.setattr(models, "PROJECT", tmp_path / "lost")

    said = terminal("sync")

    code, told = reported(terminal.account)
    assert (said.exit, code) == (Exit.LOOK, Exit.LOOK)
    assert told["exit"] == Exit.LOOK
    assert told["models"]["failed"]  # type: ignore[index]  # JSON
    said = terminal("status")
    assert (said.exit, "Look: marts: the last build failed" in said.printed) == (Exit.LOOK, True)


def test_what_keeps_models_from_being_built_is_in_the_report(
    account: Callable[..., Account],
) -> None:
    """The run's exit is that of the error, although all was loaded."""
    company = account(loaded=True)
    (company.place.folder / BUILT).mkdir()

    with pytest.raises(IsADirectoryError):
        company.sync(models=True)

    code, told = reported(company)
    assert (code, told["failure"]) == (Exit.BUG, "models: IsADirectoryError")


def test_marts_that_are_not_of_the_last_load_are_told(terminal: Terminal) -> None:
    """Also where the clock was ahead once, so that the newest load has not the highest id."""
    company = terminal.account
    with duckdb.connect(str(company.place.warehouse)) as warehouse:
        warehouse.execute("create schema marts")
        warehouse.execute("update clockodo_raw._dlt_loads set load_id = '9' || load_id")
    place = company.place
    made = {place.dataset: {"load": _load(Ledger(place.pipeline(), place))}}
    (place.folder / BUILT).write_text(json.dumps(made))
    assert terminal("status").exit == Exit.DONE

    company.world.edit_entry(next(iter(company.world.entries)).id, text="another word")
    assert terminal("sync", "--no-models", "--full").exit == Exit.DONE

    said = terminal("status")
    assert (said.exit, "marts: not of the last load" in said.printed) == (Exit.LOOK, True)
