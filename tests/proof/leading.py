"""Whether a log of changes leads from the entries that were to those that are."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from api_extract.entry_log import Log
from tests.truth import Row

Entries = dict[Any, Row]


def gaps(log: Iterable[Row], before: Entries, after: Entries, kept: Log) -> Iterator[str]:
    """Follow the log, oldest change first; yield where it does not fit, or does not arrive."""
    # What hangs on the way in which entries are read, and on nothing that happened to them.
    told_or_not = {column.name for column in kept.wire.columns if column.sparse}
    instants = {name for name in kept.values if kept.wire.kind(name) == "timestamp"}

    def _valued(row: Row, prefix: str = "") -> Row:
        values = {name: row.get(prefix + name) for name in kept.values if name not in told_or_not}
        return {n: _instant(value) if n in instants else value for n, value in values.items()}

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
