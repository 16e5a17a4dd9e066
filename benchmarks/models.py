"""Measures how long each SQL model takes on much work, in a warehouse that was loaded for it."""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dlt
from dbt.cli.main import dbtRunner

import clockodo_source.api
from benchmarks.throughput import machine
from clockodo_source import Options, Settings, clockodo
from clockodo_source.tables import BY_NAME
from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World

APPLICATION = "Timehouse benchmark;bench@timehouse.example"
SQL = str(Path(__file__).parent.parent / "sql")
MOST = 12  # models to name; the others are summed up
ACCOUNTS = {"main": "clockodo_raw", "second": "clockodo_second_raw"}  # of the same company
# A request for each person and half-year: all the time would go there, and little to the models.
LEFT_OUT = "work_times"


def measure(years: float) -> tuple[int, dict[str, float]]:
    """Load so many years of work and build the models; return the entries and seconds a model."""
    app = ClockodoApp(World(years=years))
    with tempfile.TemporaryDirectory() as folder:
        seconds = build(load(app, folder), folder, app.world.now)
    return len(ACCOUNTS) * len(app.world.entries), seconds


def load(app: ClockodoApp, folder: str) -> Path:
    """Load a company into a warehouse, once for each account, and return where that is."""
    clockodo_source.api.LIMITS = ()  # the simulated server has none
    warehouse = Path(folder, "bench.duckdb")
    with serve(app) as url:
        settings = Settings(app.user, app.key, APPLICATION, url, start_date=app.world.since)
        options = Options(as_of=app.world.now)
        asked = [name for name in BY_NAME if name != LEFT_OUT]
        for account, dataset in ACCOUNTS.items():
            pipeline = dlt.pipeline(
                f"bench_{account}",
                pipelines_dir=folder,
                destination=dlt.destinations.duckdb(str(warehouse)),
                dataset_name=dataset,
            )
            pipeline.run(clockodo(settings, options, resources=asked))
    return warehouse


def build(warehouse: Path, folder: str, as_of: datetime) -> dict[str, float]:
    """Build all models and run their tests, as plain dbt would; return the seconds."""
    os.environ |= {"TIMEHOUSE_WAREHOUSE": str(warehouse), "TIMEHOUSE_AS_OF": as_of.isoformat()}
    folders = ["--project-dir", SQL, "--profiles-dir", SQL, "--target-path", folder]
    arguments = ["--quiet", "build", *folders, "--exclude-resource-type", "unit_test"]
    arguments += ["--vars", json.dumps({"clockodo_accounts": list(ACCOUNTS)})]
    outcome = dbtRunner().invoke([*arguments, "--log-path", folder])
    if not outcome.success:
        raise RuntimeError("The models were not built.")
    results: Any = outcome.result
    return {result.node.name: result.execution_time for result in results}


def table(entries: int, seconds: dict[str, float]) -> Iterator[str]:
    """Yield the lines to print, the slowest first."""
    yield f"{entries:,} entries; {machine()}\n"
    total = sum(seconds.values())
    ordered = sorted(seconds.items(), key=lambda item: -item[1])
    for name, spent in ordered[:MOST]:
        yield f"{name[:48]:<50}{spent:>8.2f} s{spent / total:>8.0%}"
    others = sum(spent for _, spent in ordered[MOST:])
    yield f"{f'{len(ordered) - MOST} others':<50}{others:>8.2f} s{others / total:>8.0%}"
    yield f"{'all, one after the other':<50}{total:>8.2f} s"


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=float, default=26.0, help="years of work to invent")
    print(*table(*measure(parser.parse_args().years)), sep="\n")  # noqa: T201 - the output itself


if __name__ == "__main__":
    main()
