"""What a run pays before it does anything, and what cron pays every ten minutes."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.outside import TIMEHOUSE, Cost, cost
from benchmarks.throughput import SINCE
from benchmarks.tracker import Tracker, tracker

ROUNDS = 5
EMPTY = """
import dlt
pipeline = dlt.pipeline("empty", ".", destination=dlt.destinations.duckdb("empty.duckdb"))
pipeline.run([], table_name="nothing")
"""


def run(entries: int) -> Iterator[str]:
    """Yield the lines of the report."""
    python = sys.executable
    told: dict[str, list[Cost]] = {}
    with tracker(entries, SINCE) as served, tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        sync = [*TIMEHOUSE, "sync"]
        first, again = _cost(sync, here, served), _cost(sync, here, served)
        served.asked()
        commands = {
            "the interpreter": [python, "-c", ""],
            "`import click`": [python, "-c", "import click"],
            "`timehouse --help`": [str(Path(python).parent / "timehouse"), "--help"],
            "`import dlt` and an empty `pipeline.run`": [python, "-c", EMPTY],
            "`timehouse sync`, nothing changed": sync,
        }
        for _ in range(ROUNDS):
            for name, command in commands.items():
                told.setdefault(name, []).append(_cost(command, here, served))
        asked, seconds = served.asked()
    yield (
        f"{entries:,} entries, runs of each: {ROUNDS} (loads: 1); a sync makes"
        f" {asked.total() // ROUNDS} requests, which take the tracker {seconds / ROUNDS:.2f} s:"
    )
    yield ""
    yield "| whole process | seconds | spread | CPU seconds | peak MB |"
    yield f"|---|{'---:|' * 4}"
    for name, costs in {**told, "first load and models": [first], "the next": [again]}.items():
        walls = sorted(each.wall for each in costs)
        yield (
            f"| {name} | {median(walls):.2f} | {walls[0]:.2f} to {walls[-1]:.2f} |"
            f" {median(each.cpu for each in costs):.2f} |"
            f" {max(each.peak for each in costs) / 1e6:,.0f} |"
        )
    yield ""


def _cost(command: Sequence[str], here: Path, served: Tracker) -> Cost:
    return cost(command, here, served.environment)
