"""Which months of entries a run reads again, and reading them until there are no requests left."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from api_extract.changes import Changes
from api_extract.entry_rows import Part, joined
from api_extract.errors import Later
from api_extract.run import Run
from api_extract.windows import Window, months, spans


def every_month(run: Run[Any]) -> list[Window]:
    """Return all months there may be entries in."""
    end = run.today + timedelta(days=run.settings.horizon_days)
    return months(run.settings.start_date, end)


def due(run: Run[Any], resource: str, restated: Collection[Window], per: str = "") -> list[Window]:
    """Return the windows that this run reads; `restated`: what has surely changed.

    `per`: what the names of windows begin with, where entries are read in parts.
    """
    every = [w for w in every_month(run) if per + w.key not in run.done or w in restated]
    read = run.remembered(resource)
    if run.asked and every:
        first, last = every[0].since, every[-1].until
        within = (Window(max(w.since, first), min(w.until, last)) for w in run.asked)
        return [window for window in within if window.since < window.until]
    if run.options.full:
        return every

    def is_due(window: Window) -> bool:
        known = read.get(per + window.key)
        return (
            known is None
            or window.overlaps(run.recent)
            or window in restated
            or window in run.options.sweep
            or bool(known["running"] or known.get("again") or known.get("open", True))
        )

    return [window for window in every if is_due(window)]


def is_full(run: Run[Any], more: int = 0) -> bool:
    """Tell whether, with so many more, as many entries are new as one package holds."""
    package = run.options.package
    return package is not None and run.fresh + more >= package


def replaced(
    changes: Changes,
    windows: Sequence[Window],
    read: Callable[[list[list[Window]]], Iterable[Part]],
    longest: timedelta,
) -> Iterator[Any]:
    """Yield what replaces windows.

    `read` reads groups of adjacent ones, no longer than this, until a package is full.
    """
    for part in joined(_parts(changes, windows, read, longest)):
        yield from changes.replace(part)


def _parts(
    changes: Changes,
    windows: Sequence[Window],
    read: Callable[[list[list[Window]]], Iterable[Part]],
    longest: timedelta,
) -> Iterator[Part]:
    """Yield the rows of windows, until there are no requests left, or enough for one package."""
    seen: set[Window] = set()
    run = changes.run
    if run.report.unread:
        changes.leave_to_next_package(windows)
        return
    try:
        for part in read(spans(windows, longest)):
            seen |= set(part.windows)
            if not run.asked and not any(map(changes.knows, part.windows)):
                run.fresh += part.rows.num_rows
            yield part
        if is_full(run):
            changes.leave_to_next_package(set(windows) - seen)
    except Later as error:
        changes.postpone(set(windows) - seen, error)
