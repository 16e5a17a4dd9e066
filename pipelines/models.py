"""Builds and tests the SQL models with dbt, in this process."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from api_extract.errors import YourMove
from clockodo_source.tables import BY_NAME
from pipelines.place import Place

# What entries point to; without these tables there is nothing to build from.
NEEDED = [
    table.name
    for name in ("company", "users", "entries", "customers", "projects", "services")
    for table in BY_NAME[name].tables
]
PROJECT = Path(__file__).parent.parent / "sql"


@dataclass
class Built:
    """What dbt made of it: how many models and tests passed, and what failed."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)


def build_models(place: Place, as_of: datetime) -> Built:
    """Run and test all models; a failure is told in the result, not raised."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - 4 s that only this verb should pay

    arguments = ["--quiet", "build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments += ["--target", place.destination, "--target-path", str(place.folder / "dbt")]
    arguments += ["--log-path", str(place.folder / "dbt"), "--no-use-colors", "--no-version-check"]
    arguments += ["--log-level-file", "none"]  # dbt would leave its file open; failures are told
    variables = {"as_of": as_of.isoformat(), f"{place.system}_accounts": accounts(place)}
    arguments += ["--vars", json.dumps(variables)]
    # Unit tests try the SQL on invented rows; that is for those who change it, not for each run.
    arguments += ["--exclude-resource-type", "unit_test"]
    with _environment(place):
        try:
            outcome = dbtRunner().invoke(arguments)
        finally:
            _release(place)
    if outcome.exception:
        return Built(failed=[str(outcome.exception).strip()])
    return _built(outcome.result)


def accounts(place: Place) -> list[str]:
    """Return the labels of the accounts in this warehouse that have all the models need."""
    names = ", ".join(f"'{name}'" for name in NEEDED)
    with place.pipeline().sql_client() as client:
        found = client.execute_sql(
            "SELECT table_schema FROM information_schema.tables"
            f" WHERE table_name IN ({names}) AND table_schema LIKE '{place.system}%raw'"
            f" GROUP BY table_schema HAVING count(*) = {len(NEEDED)} ORDER BY table_schema"
        )
    labels = (row[0].removeprefix(place.system).removesuffix("raw") for row in found or [])
    return [label.strip("_") or "main" for label in labels]


def models(place: Place, as_of: datetime) -> Built:
    """Build the models while holding the warehouse; raises YourMove where a load is pending."""
    if place.destination == "duckdb" and not place.warehouse.exists():
        raise YourMove(f"There is no warehouse {place.warehouse}. Run `timehouse sync` first.")
    with place.locked():
        if place.pipeline().has_pending_data:
            raise YourMove("A load was left unfinished. Run `timehouse sync`, which finishes it.")
        if place.account not in accounts(place):
            raise YourMove("Not all was loaded that the models need. Run `timehouse sync`.")
        return build_models(place, as_of)


def _built(results: Any) -> Built:  # noqa: ANN401 - dbt types its results by command
    built = Built()
    for result in results:
        if result.status in ("success", "pass"):
            built.passed += 1
        elif result.status not in ("skipped", "warn"):
            built.failed.append(f"{result.node.name}: {result.message}")
    return built


def _release(place: Place) -> None:
    """Let go of the DuckDB file, which dbt would keep open as long as this process lives."""
    if place.destination == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # untyped in dbt


@contextmanager
def _environment(place: Place) -> Iterator[None]:
    """Give dbt's profile the warehouse, and dlt's credentials of PostgreSQL."""
    before = dict(os.environ)
    os.environ["TIMEHOUSE_WAREHOUSE"] = str(place.warehouse.absolute())
    if place.destination == "postgres":
        credentials: Any = place.pipeline().destination_client().config.credentials
        for name in ("host", "port", "user", "password", "database"):
            value = getattr(credentials, "username" if name == "user" else name)
            os.environ[f"TIMEHOUSE_POSTGRES_{name}".upper()] = str(value)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
