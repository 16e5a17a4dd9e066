"""A tracker that takes its time: what waiting costs, and whether more requests at once help."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from api_extract.pages import IN_FLIGHT
from benchmarks.outside import TIMEHOUSE, cost
from benchmarks.throughput import SINCE
from benchmarks.tracker import ENTRIES, Tracker, tracker

AT_ONCE = {0.0: (IN_FLIGHT,), 0.05: (4, IN_FLIGHT, 16), 0.2: (4, IN_FLIGHT, 16)}  # by seconds


def run(entries: int) -> Iterator[str]:
    """Yield the lines of the report."""
    yield f"{entries:,} entries, first load, runs of each: 1"
    yield ""
    yield "| seconds an answer | in flight | seconds | bytes, or requests in turn | of that |"
    yield "|---:|---:|---:|---:|---:|"
    with tracker(entries, SINCE) as served:
        bytes_alone, _ = _load(served, 0.0, IN_FLIGHT)
        for latency, numbers in AT_ONCE.items():
            for at_once in numbers:
                wall, requests = _load(served, latency, at_once)
                least = max(bytes_alone, requests * latency / at_once)
                yield f"| {latency} | {at_once} | {wall:.1f} | {least:.1f} | {wall / least:.2f} |"
    yield ""


def _load(served: Tracker, latency: float, at_once: int) -> tuple[float, int]:
    served.becomes(latency=latency)
    told = {**served.environment, "BENCHMARK_IN_FLIGHT": str(at_once)}
    with tempfile.TemporaryDirectory() as folder:
        wall = cost([*TIMEHOUSE, "sync", "--resources", "entries"], Path(folder), told).wall
    counts, _ = served.asked()
    return wall, counts[ENTRIES]
