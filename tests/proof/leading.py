"""Whether a log of changes leads from the entries that were to those that are."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from api_extract.entry_log import Log
from tests.truth import Row

Entries = dict[Any, Row]


def gaps(log: Iterable[Row], before: Entries, after: Entries, kept: Log) -> Iterator[str]:
    """Follow the log, oldest change first; yield where it does not fit, or does not arrive."""

    def _valued(row: Row, prefix: str = "") -> Row:
        return {name: _instant(row.get(prefix + name)) for name in kept.values}

    state = {number: _valued(row) for number, row in before.items()}
    for change in log:
        number, kind = change["entry_id"], change["kind"]
        old, new = _valued(change, "old_"), _valued(change, "new_")
        held = state.pop(number, None)
        if (held is None) != (kind == "inserted") or (held or _valued({})) != old:
            yield f"entry_changes {change['change_id']}: what it says was there was not"
        if kind != "deleted":
            state[number] = new
    for number in sorted(state.keys() | after.keys()):
        wanted = _valued(after[number]) if number in after else None
        if state.get(number) != wanted:
            yield f"entry_changes do not lead to entry {number} as it is"


def _instant(value: Any) -> Any:  # noqa: ANN401 - a value of any type
    return datetime.fromisoformat(value) if isinstance(value, str) else value
