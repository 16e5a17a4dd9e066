import json
from hashlib import sha256
from typing import Any

import pytest

from api_extract.columns import Reader
from api_extract.errors import YourMove
from tests.test_columns import JOBS


def test_what_is_not_to_be_kept_is_nowhere_in_the_columns() -> None:
    """Excluded columns and those never loaded do not hide among the undeclared keys either."""
    table = JOBS.guarded(["jobs.text", "jobs.budget__owner__name", "other.text"], [])
    row = {"id": 1, "day": "2026-01-01", "text": "Geheim", "pin": "Geheim", "new": 1}
    row["budget"] = {"amount": 5, "pin": "Geheim", "owner": {"name": "Geheim", "new": 2}}

    read = Reader(table).read([row]).to_pylist()[0]

    assert "Geheim" not in str(read)
    assert set(JOBS.schema.names) - set(read) == {"text", "budget__owner__name"}
    assert read["budget__amount"] == 5
    assert json.loads(read["_undeclared"]) == {"new": 1, "budget": {"owner": {"new": 2}}}


def test_hashed_columns_are_pseudonyms() -> None:
    """Equal values stay equal, null stays null, and the value itself is gone."""
    table = JOBS.guarded([], ["jobs.text", "jobs.budget__owner__name"])
    rows: list[dict[str, Any]] = [
        {"id": n, "day": "2026-01-01", "text": text}
        for n, text in enumerate(["Geheim", "Geheim", "offen", None])
    ]

    read = Reader(table).read(rows)

    first, second, third, fourth = read["text"].to_pylist()
    assert first == second == sha256(b"Geheim").hexdigest()[:32] != third
    assert fourth is None
    assert read["budget__owner__name"].null_count == 4
    assert "Geheim" not in str(read.to_pylist())


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("jobs.colour", "jobs has no column colour."),
        ("jobs.day", "jobs is kept by day: it cannot be left out or hashed."),
        ("jobs.is_open", "jobs is kept by is_open: it cannot be left out or hashed."),
    ],
)
def test_what_holds_a_table_together_cannot_be_kept_off(column: str, message: str) -> None:
    """Nor can a column that does not exist: a slip of the pen must not keep anything."""
    for exclude, hashed in (([column], []), ([], [column])):
        with pytest.raises(YourMove) as caught:
            JOBS.guarded(exclude, hashed)
        assert str(caught.value) == message


def test_only_texts_are_hashed() -> None:
    """A pseudonym of a number is a text, which no model could compute with."""
    with pytest.raises(YourMove, match=r"^jobs\.seconds is no text"):
        JOBS.guarded([], ["jobs.seconds"])
