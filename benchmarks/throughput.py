"""Measures how fast entries come from the tracker into DuckDB; the ratios count, not the figures.

Each way is tried several times and its best run counts. A real tracker answers more slowly than
this one and limits how often it is asked: both bring all ratios nearer to 1.
"""

import argparse
import os
import platform
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt

from benchmarks.company import company
from benchmarks.ways import WAYS, Stage, Way

ROUNDS = 2  # each tries every way, so that a busy moment of the machine does not hit one alone
LEAST = 1.0  # seconds; what is over sooner is run again within the round


def measure(years: float, rounds: int = ROUNDS) -> list[Stage]:
    """Try every way on the same company; return the stages of the best run of each."""
    dlt.config["normalize.parquet_normalizer.add_dlt_load_id"] = True  # as `timehouse sync` does
    dlt.config["runtime.dlthub_telemetry"] = False
    best: dict[Way, list[Stage]] = {}
    with company(years) as tracker:
        for way in WAYS * rounds:
            until = time.perf_counter() + LEAST
            while time.perf_counter() < until:
                run = list(way(tracker))
                best[way] = min(best.get(way, run), run, key=lambda stages: stages[-1].seconds)
    return [stage for run in best.values() for stage in run]


def table(stages: Sequence[Stage]) -> Iterator[str]:
    """Yield the lines to print."""
    seconds = {stage.name: stage.seconds for stage in stages}
    yield f"{stages[0].entries:,} entries; {machine()}\n"
    yield f"{'stage':<24}{'entries/s':>11}{'seconds':>10}{'of the limit':>14}"
    for name, spent in seconds.items():
        share = seconds["limit"] / spent
        yield f"{name:<24}{stages[0].entries / spent:>11,.0f}{spent:>10.2f}{share:>14.3f}"
    plain, parquet = (seconds[way] / seconds["ours"] for way in ("ordinary", "with Parquet"))
    yield f"\nours : ordinary = {plain:.1f} : 1, and {parquet:.1f} : 1 with Parquet"


def machine() -> str:
    """Name what all this depends on."""
    info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    model = named[1] if named else platform.machine()
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}"


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description="Ratios of reading and loading a company.")
    parser.add_argument("--years", type=float, default=1.0, help="how much work to invent")
    sys.stdout.writelines(f"{line}\n" for line in table(measure(parser.parse_args().years)))


if __name__ == "__main__":
    main()
