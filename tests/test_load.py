"""A whole account through a real server into a real warehouse, compared cell by cell."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.place import Place
from pipelines.publish import publish
from pipelines.reconcile import reconcile
from tests import postgres
from tests.conftest import COMMENTS, Account
from tests.edits import edit_everything
from tests.trackers import CLOCKIFY, CLOCKODO, Tracker
from tests.truth import changes, differences, entries

MakeAccount = Callable[..., Account]


@pytest.mark.parametrize(
    ("tracker", "years", "since"),
    [(CLOCKODO, 2.0, date(2005, 1, 1)), (CLOCKIFY, 0.25, date(2025, 1, 1))],
    ids=["clockodo", "clockify"],
)
def test_after_the_first_load_every_cell_of_every_table_equals_the_tracker(
    account: MakeAccount, tracker: Tracker, years: float, since: date
) -> None:
    """Nothing is lost, doubled, rounded or renamed, in any of the tables."""
    company = account(tracker, years=years)
    company.settings = replace(company.settings, start_date=since)

    outcome = company.sync()

    assert differences(company) == []
    assert outcome.report.undeclared == set()


def test_a_sync_with_nothing_changed_loads_nothing(account: MakeAccount, tracker: Tracker) -> None:
    """It makes no load package, asks for look-back and horizon only, and is still noted."""
    company = account(tracker)
    first = company.sync()
    company.app.reset()

    second = company.sync()

    assert second.packages == 0
    assert company.app.counts.total() == second.report.requests < first.report.requests
    assert company.app.counts[tracker.entries_path] <= 5
    assert {r.status for r in second.report.resources.values()} == {"unchanged"}
    assert differences(company) == []
    runs = company.query(f"select count(distinct run_id) from {tracker.raw}.api_identity")
    assert runs[1] == [(2,)]


def test_after_edits_of_every_kind_every_cell_equals_the_tracker_again(
    account: MakeAccount, tracker: Tracker
) -> None:
    """Inserted, edited, moved, retyped, deleted, billed, completed, stopped, archived: all seen."""
    company = account(tracker, years=0.5, loaded=True)
    before = entries(company)
    edit_everything(company.world)
    company.world.advance(timedelta(days=1))  # some things are read once a day
    after = entries(company)

    outcome = company.sync()

    assert differences(company) == []
    _, seen = company.query(f"select entry_id, kind from {tracker.raw}.entry_changes")
    assert sorted(seen) == sorted(changes(before, after))
    tables = [table.name for table in tracker.tables.values() if table.roams == "id"]
    counts = [outcome.report.tables[name].changes for name in tables]
    assert sum(c.inserted + c.updated + c.deleted for c in counts) == len(seen)
    assert company.sync().packages == 0


@pytest.fixture
def in_postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Account], None]]:
    """Move the warehouse of an account to a server."""
    if postgres.binaries() is None:
        pytest.skip(postgres.HOW_TO_GET)
    with postgres.server() as url:
        monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", url)

        def move(company: Account) -> None:
            file = company.place.warehouse
            company.place = Place(company.tracker.name, warehouse=file, destination="postgres")

        yield move


def edited(company: Account, *, models: bool) -> None:
    """Load a company, edit it in every way, and load it again; every cell is compared."""
    company.sync()
    edit_everything(company.world)
    company.world.advance(timedelta(days=1))

    outcome = company.sync(models=models)

    assert differences(company) == []
    assert (outcome.built.failed if outcome.built else None) == ([] if models else None)
    assert company.sync().packages == 0


@pytest.mark.long
def test_on_postgresql_every_cell_equals_the_second_tracker_too(
    account: MakeAccount, in_postgres: Callable[[Account], None]
) -> None:
    """First load, edits of every kind, nothing changed: as on DuckDB."""
    company = account(CLOCKIFY)
    in_postgres(company)

    edited(company, models=False)

    found = reconcile(company.place, company.settings, company.world.now)
    assert (len(found.months) > 0, found.differing) == (True, [])


@pytest.mark.long
@pytest.mark.timeout(400)  # two builds of the models
def test_on_postgresql_every_cell_and_the_marts_equal_those_of_a_file(
    account: MakeAccount, in_postgres: Callable[[Account], None], tmp_path: Path
) -> None:
    """First load, edits of every kind, nothing changed, the marts and their copy: as on DuckDB."""
    company = account(CLOCKODO)
    in_postgres(company)
    edited(company, models=True)

    (tmp_path / "file").mkdir()
    in_a_file = Account(company.app, company.settings.base_url, tmp_path / "file")
    in_a_file.sync(models=True)
    of_file, of_server = in_a_file.marts(), company.marts()
    # What has changed since the first load, of which the file knows one only.
    assert of_file.pop("fct_entry_changes") == []
    assert of_server.pop("fct_entry_changes") != []
    assert of_server == of_file
    found = reconcile(company.place, company.settings, company.world.now)
    assert (len(found.months) > 0, found.differing) == (True, [])
    publish(company.place, tmp_path / "bi")
    copied = Account(company.app, company.settings.base_url, tmp_path / "bi")
    copied.place = Place(warehouse=tmp_path / "bi/timehouse.duckdb")
    assert {**copied.marts(), "fct_entry_changes": []} == in_a_file.marts()
    assert copied.query(COMMENTS) == in_a_file.query(COMMENTS)
