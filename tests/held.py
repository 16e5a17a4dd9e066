"""What a warehouse holds, and that a sync that is refused leaves it so."""

from typing import Any

import pytest

from pipelines.exits import Exit, explained
from tests.conftest import Account


def held(company: Account) -> list[tuple[Any, ...]]:
    """Return how many rows each raw table holds, the log's too, and a sum over all cells."""
    parts = (
        f"select '{name}', count(*), sum(hash(t)::hugeint) from {company.tracker.raw}.{name} as t"
        for name in (*company.tracker.tables, "entry_changes")
    )
    return company.query(" union all ".join(parts))[1]


def refused(company: Account, *resources: str, **how: Any) -> str:  # noqa: ANN401 - options
    """Return why a sync was refused, having checked that nothing was changed by it."""
    before = held(company)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - dlt wraps ours
        company.sync(*resources, **how)
    known = explained(caught.value)
    assert known is not None
    assert known[0] == Exit.YOUR_MOVE
    assert held(company) == before
    return known[1]
