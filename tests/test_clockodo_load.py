"""A whole account through a real server into a real DuckDB, compared cell by cell."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.place import Place
from pipelines.publish import publish
from tests import postgres
from tests.conftest import COMMENTS, Account
from tests.edits import edit_everything
from tests.truth import ENTRIES, changes, differences, entries

MakeAccount = Callable[..., Account]


def test_after_the_first_load_every_cell_of_every_table_equals_the_tracker(
    account: MakeAccount,
) -> None:
    """Nothing is lost, doubled, rounded or renamed, in any of the tables."""
    company = account(years=2.0)
    company.settings = replace(company.settings, start_date=date(2005, 1, 1))

    outcome = company.sync()

    assert differences(company) == []
    assert outcome.report.undeclared == set()


def test_a_sync_with_nothing_changed_loads_nothing(account: MakeAccount) -> None:
    """It makes no load package, asks for look-back and horizon only, and is still noted."""
    company = account()
    first = company.sync()
    company.app.reset()

    second = company.sync()

    assert second.packages == 0
    assert company.app.counts.total() == second.report.requests < first.report.requests
    assert company.app.counts["/v2/entries"] <= 5
    assert {r.status for r in second.report.resources.values()} == {"unchanged"}
    assert differences(company) == []
    runs = company.query("select count(distinct run_id) from clockodo_raw.api_identity")
    assert runs[1] == [(2,)]


def test_after_edits_of_every_kind_every_cell_equals_the_tracker_again(
    account: MakeAccount,
) -> None:
    """Inserted, edited, moved, retyped, deleted, billed, completed, stopped, archived: all seen."""
    company = account(years=1.0, loaded=True)
    before = entries(company)
    edit_everything(company.world)
    after = entries(company)

    outcome = company.sync()

    assert differences(company) == []
    _, seen = company.query("select entry_id, kind from clockodo_raw.entry_changes")
    assert sorted(seen) == sorted(changes(before, after))
    counts = [outcome.report.tables[name].changes for name in ENTRIES.values()]
    assert sum(c.inserted + c.updated + c.deleted for c in counts) == len(seen)
    assert company.sync().packages == 0


@pytest.mark.timeout(400)  # two builds of the models
@pytest.mark.skipif(postgres.binaries() is None, reason=postgres.HOW_TO_GET)
def test_on_postgresql_every_cell_equals_the_tracker_too(
    account: MakeAccount, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """First load, edits of every kind, nothing changed, the marts and their copy: as on DuckDB."""
    company = account()
    with postgres.server() as url:
        monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", url)
        company.place = Place(warehouse=company.place.warehouse, destination="postgres")
        company.sync()
        edit_everything(company.world)

        outcome = company.sync(models=True)

        assert differences(company) == []
        assert outcome.built is not None
        assert outcome.built.failed == []
        assert company.sync().packages == 0
        (tmp_path / "file").mkdir()
        in_a_file = Account(company.app, company.settings.base_url, tmp_path / "file")
        in_a_file.sync(models=True)
        assert company.marts() == in_a_file.marts()
        publish(company.place, tmp_path / "bi")
        copied = Account(company.app, company.settings.base_url, tmp_path / "bi")
        copied.place = Place(warehouse=tmp_path / "bi/timehouse.duckdb")
        assert copied.marts() == in_a_file.marts()
        assert copied.query(COMMENTS) == in_a_file.query(COMMENTS)
