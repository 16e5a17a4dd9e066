"""Histories of any length, equally dense: what a load, a sync and the models take of each."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from benchmarks.outside import TIMEHOUSE, Cost, cost
from benchmarks.tracker import NOW, tracker

DAYS_OF_A_MILLION = 950  # about 400 people's entries


def run(sizes: tuple[int, ...], modelled: int) -> Iterator[str]:
    """Yield the lines of the report; models are built of up to so many entries."""
    yield "Microseconds are those of an entry; a sync reads look-back and horizon again:"
    yield ""
    yield (
        "| entries | first load, s | µs | peak MB | sync, nothing changed, s | all changed, s |"
        " models, s | µs | peak MB | GB |"
    )
    yield f"|{'---:|' * 10}"
    for entries in sizes:
        with tempfile.TemporaryDirectory() as folder:
            yield _row(entries, Path(folder), with_models=entries <= modelled)
    yield ""


def _row(entries: int, here: Path, *, with_models: bool) -> str:
    since = NOW - timedelta(days=DAYS_OF_A_MILLION * entries / 1e6)
    words = [*TIMEHOUSE, "sync", "--no-models"]
    with tracker(entries, since.replace(hour=0, minute=0, second=0)) as served:
        first = cost(words, here, served.environment)
        quiet = cost(words, here, served.environment)
        served.becomes(edited=True)
        changed = cost(words, here, served.environment)
        models = cost([*TIMEHOUSE, "models"], here, served.environment) if with_models else None
    size = (here / "timehouse.duckdb").stat().st_size / 1e9
    return (
        f"| {entries:,} | {_told(first, entries)} | {quiet.wall:.1f} | {changed.wall:.1f} |"
        f" {_told(models, entries) if models else ' | | '} | {size:.2f} |"
    )


def _told(found: Cost, entries: int) -> str:
    return f"{found.wall:.1f} | {found.wall / entries * 1e6:.1f} | {found.peak / 1e6:,.0f}"
