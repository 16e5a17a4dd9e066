"""The second tracker: what its loads take of this machine, and ask of its API."""

import tempfile
from collections.abc import Iterator
from math import ceil
from pathlib import Path

from benchmarks.outside import TIMEHOUSE, cost
from simulator.clockify import ClockifyApp
from simulator.server import serve
from simulator.world import World

SIZES = (1, 4)  # times as many years
REPORT = "/reports/detailed"
PAGE = 1000  # the largest of that report
QUIET = "nothing changed"  # which reads the entries of look-back and horizon only
RUNS = {"first load": (), "all read again": ("--full",), QUIET: ()}


def run(years: float) -> Iterator[str]:
    """Yield the lines of the report; seconds are the simulated server's as well, CPU is not."""
    heads = ("entries", "run", "entries/s", "µs of CPU an entry", "peak MB", "requests")
    yield f"| {' | '.join((*heads, 'pages of entries'))} |"
    yield f"|---:|---|{'---:|' * 5}"
    for times in SIZES:
        app = ClockifyApp(World(years=years * times))
        entries = len(app.world.entries)
        told = {"API_KEY": app.key, "START_DATE": str(app.world.since), "SWEEP_REQUESTS": "0"}
        with serve(app) as url, tempfile.TemporaryDirectory() as folder:
            told["BASE_URL"] = f"{url}/v1"
            environment = {f"SOURCES__CLOCKIFY__{name}": value for name, value in told.items()}
            environment["TIMEHOUSE_AS_OF"] = app.world.now.isoformat()
            for name, words in RUNS.items():
                app.reset()
                sync = [*TIMEHOUSE, "sync", "clockify", "--no-models", *words]
                found = cost(sync, Path(folder), environment)
                pages = sum(n for path, n in app.counts.items() if path.endswith(REPORT))
                least = f" (at least {ceil(entries / PAGE)})" if name != QUIET else ""
                yield (
                    f"| {entries:,} | {name} | {entries / found.wall:,.0f} |"
                    f" {found.cpu / entries * 1e6:,.0f} | {found.peak / 1e6:,.0f} |"
                    f" {app.counts.total()} | {pages}{least} |"
                )
    yield ""
