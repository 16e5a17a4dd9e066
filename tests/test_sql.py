"""The models: their own unit tests, and several accounts in one warehouse."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from clockodo_source.tables import ENTRY_LOG, RESOURCES
from pipelines.built import PROJECT
from pipelines.ledger import TABLES as LEDGER
from pipelines.models import release
from tests.conftest import Account

TYPES = {
    "bigint": "bigint",
    "double": "double precision",
    "bool": "boolean",
    "text": "text",
    "timestamp": "timestamp with time zone",
    "date": "date",
    "json": "json",
}
# Read under their new names.
OLD_SPELLINGS = {
    "nonbusinessgroups_id",
    "worktime_regulation_id",
    "module_targethours",
    "module_userreports",
}


@pytest.mark.timeout(400)  # all models, unit tests and the page of docs
def test_the_worked_numbers_hold_and_everything_is_described(
    account: Callable[..., Account], tmp_path: Path
) -> None:
    """Each piece of logic on invented rows; and one page, made offline, that tells every column.

    Every account of a warehouse is in the marts, whichever of them is synced.
    """
    company = account(loaded=True)
    company.place = replace(company.place, account="berlin")
    built = company.sync(models=True).built
    assert built is not None
    assert built.failed == []
    _, counts = company.query("select account, count(*) from marts.fct_time_entries group by 1")
    assert {label for label, _ in counts} == {"berlin", "main"}
    assert len({count for _, count in counts}) == 1

    _dbt(company, tmp_path, "test", "--select", "test_type:unit")
    _dbt(company, tmp_path, "docs", "generate", "--static")

    page = (tmp_path / "dbt/static_index.html").read_text("utf-8")
    catalog = json.loads((tmp_path / "dbt/catalog.json").read_text("utf-8"))["nodes"]
    manifest = json.loads((tmp_path / "dbt/manifest.json").read_text("utf-8"))
    _sources_are_declared_as_they_are_loaded(manifest)
    _layers_build_on_those_below(manifest)
    described = manifest["nodes"]
    models = {key: node for key, node in described.items() if key.startswith("model.")}
    without = [
        f"{models[key]['name']}.{column}"
        for key in models
        for column in catalog[key]["columns"]
        if not models[key]["columns"].get(column, {}).get("description")
    ]
    assert without == []
    kept = [node for key, node in described.items() if key.startswith(("model.", "snapshot."))]
    told = [(n["name"], n["description"].strip().split(". ")[-1]) for n in kept]
    assert [name for name, grain in told if not re.match(r"One row per [\w ,-]+\.$", grain)] == []
    assert [name for name, _ in told if name not in page] == []


def _dbt(company: Account, folder: Path, *words: str) -> None:
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    folders += ["--target-path", str(folder / "dbt"), "--log-path", str(folder / "dbt")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIMEHOUSE_WAREHOUSE", str(company.place.warehouse))
        try:
            ran = dbtRunner().invoke(["--quiet", "--log-level-file", "none", *words, *folders])
        finally:
            release(company.place)
    told = [f"{r.node.name}: {r.message}" for r in getattr(ran.result, "results", [])]
    assert ran.success, (ran.exception, told)


def _sources_are_declared_as_they_are_loaded(manifest: dict[str, Any]) -> None:
    """Every column of every raw table, with its type, is there for staging to read."""
    declared = {
        source["name"]: {c["name"]: c["data_type"] for c in source["columns"].values()}
        for source in manifest["sources"].values()
    }
    loaded = {
        table.name: {c.name: TYPES[c.kind] for c in table.loaded if c.name not in OLD_SPELLINGS}
        for resource in RESOURCES
        for table in resource.tables
    }
    log = ENTRY_LOG.table
    loaded[log.name] = {column.name: TYPES[column.kind] for column in log.columns}
    for name in ("resource_status", "reconciliations"):
        columns = re.findall(r"(\w+) ([a-z ]+(?:\(18, 6\))?)", LEDGER[name])
        loaded[name] = {c: kind.replace("varchar", "text") for c, kind in columns}
    assert declared == loaded
    assert {f"model.timehouse.stg_clockodo__{name}" for name in loaded} <= manifest["nodes"].keys()


def _layers_build_on_those_below(manifest: dict[str, Any]) -> None:
    """Marts are swapped when they have passed, so nothing below may look at them."""
    layers = ["staging", "snapshots", "intermediate", "known", "marts"]
    nodes = {k: n for k, n in manifest["nodes"].items() if k.startswith(("model.", "snapshot."))}
    # What was known of months is taken of what is made of them, and kept with other snapshots.
    made = {"snap_worked_months": "known", "snap_capacity_months": "known"}
    height = {
        key: layers.index(made.get(node["name"], node["config"]["schema"]))
        for key, node in nodes.items()
    }
    upwards = [
        (node["name"], below)
        for key, node in nodes.items()
        for below in node["depends_on"]["nodes"]
        if below in height and height[below] > height[key]
    ]
    assert upwards == []
