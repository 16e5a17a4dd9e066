"""The long proof itself: it goes through, it notices, and it goes on where it stopped."""

from pathlib import Path

import duckdb
import pytest

from tests.proof.drill import Drilled
from tests.proof.history import Told, living
from tests.proof.mutants import MUTANTS, ROOT
from tests.prove import Record, drill, prove

SEED = 27
TAMPERING = (
    "update time_entries set duration = -7 where id = (select max(id) from time_entries)",
    "delete from lump_sum_entries where id = (select max(id) from lump_sum_entries)",
    """
    insert into entry_changes (change_id, entry_id, kind, _dlt_load_id)
    select '999-1-updated', max(id), 'updated', '' from time_entries
    """,
)


@pytest.mark.long
def test_a_short_history_holds_and_what_is_wrong_in_the_warehouse_is_noticed(
    tmp_path: Path,
) -> None:
    """A first load and one round of edits and trouble: no promise is broken.

    One wrong cell, one lost row, one line of the log too many: each would end the proof.
    """
    with living(SEED, tmp_path) as history:
        history.begin()
        history.round()
        assert history.told.problems == []
        assert history.told.rounds == 1
        assert history.told.edits > 3
        assert history.told.crashes > 0
        with duckdb.connect(str(history.company.place.warehouse)) as connection:
            connection.execute("use clockodo_raw")
            for tampering in TAMPERING:
                connection.execute(tampering)

        found = "\n".join(history.check())

    assert "duration: -7, should be" in found
    assert "is not in the warehouse" in found
    assert "entry_changes 999-1-updated: what it says was there was not" in found


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    """Each seed is recorded as it ends, a failed one as failed; the next is the first without."""
    page, said = tmp_path / "docs" / "proofs.md", list[str]()

    def pretended(seed: int, rounds: int, _: Path) -> Told:
        bad = ["time_entries (5,) is not in the company"] if seed == 2 else []
        return Told(seed, rounds, edits=10, story=["delete entry 5"], problems=bad)

    assert prove([1], 4, Record(page), said.append, pretended)
    assert not prove([2, 3], 4, Record(page), said.append, pretended)

    assert Record(page).first_missing() == 4
    rows = page.read_text().splitlines()[-2:]
    assert [row.split(" | ")[1:] for row in rows] == [
        ["1-1", "4", "10", "0", "0", "0", "none |"],
        ["2-3", "8", "20", "0", "0", "1", "2 |"],
    ]
    assert [line.strip() for line in said[2:5]] == [
        "round 4:",
        "delete entry 5",
        "! time_entries (5,) is not in the company",
    ]


def test_runs_at_the_same_time_keep_each_other_s_rows(tmp_path: Path) -> None:
    """One from seed 7 on, one from 9 on, by turns."""
    page = tmp_path / "proofs.md"
    one, other = Record(page), Record(page)

    for record, seed in ((one, 7), (other, 9), (one, 8)):
        record.add(Told(seed))

    rows = page.read_text().splitlines()[-2:]
    assert [row.split(" | ")[1] for row in rows] == ["9-9", "7-8"]


def test_drills_are_recorded_above_the_histories(tmp_path: Path) -> None:
    """Each in a row of its own, a failed one too, and no seed is taken for done."""
    page, said = tmp_path / "proofs.md", list[str]()
    Record(page).add(Told(1))

    good, bad = Drilled("limits", 500_000, 1, waited=61.2), Drilled("a third fails", problems=["!"])
    assert drill(Record(page), said.append, [lambda _: good])
    assert not drill(Record(page), said.append, [lambda _: bad, lambda _: good])

    drills, _, histories = page.read_text().partition("\n\n## Sequences\n")
    assert [row.split(" | ")[1:] for row in drills.splitlines()[-3:]] == [
        ["limits", "500,000", "1", "0", "0", "0", "61", "0", "none |"],
        ["a third fails", "0", "0", "0", "0", "0", "0", "0", "1 |"],
        ["limits", "500,000", "1", "0", "0", "0", "61", "0", "none |"],
    ]
    assert histories.splitlines()[-1].split(" | ")[1] == "1-1"
    assert Record(page).first_missing() == 2
    assert said[2] == "  ! !"


def test_every_mutant_has_its_place() -> None:
    """What it breaks stands once in its file, and the tests beside it are there."""
    for mutant in MUTANTS:
        assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1, mutant.name
        assert mutant.old != mutant.new
        for name in mutant.tests.split():
            assert (ROOT / f"tests/test_{name}.py").exists(), mutant.name
