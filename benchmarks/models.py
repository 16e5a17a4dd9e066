"""Measures how long each SQL model takes on much work, in a warehouse that was loaded for it."""

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
from benchmarks.tracker import APPLICATION
from clockodo_source import Options, Settings, clockodo
from clockodo_source.tables import BY_NAME
from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World

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


def run(years: float) -> Iterator[str]:
    """Yield the lines of the report, the slowest first."""
    entries, seconds = measure(years)
    total = sum(seconds.values())
    yield f"{entries:,} entries in {len(ACCOUNTS)} accounts, each model and test once:"
    yield ""
    yield "| model | seconds | of all |"
    yield "|---|---:|---:|"
    ordered = sorted(seconds.items(), key=lambda item: -item[1])
    others = sum(spent for _, spent in ordered[MOST:])
    for name, spent in [*ordered[:MOST], (f"{len(ordered) - MOST} others", others)]:
        yield f"| {name} | {spent:.2f} | {spent / total:.0%} |"
    yield f"| all, one after the other | {total:.2f} | |"
    yield ""
