"""Of what the marts are made: which accounts, which of their loads, and whether it is the last."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dlt

from pipelines.exits import Exit, explained
from pipelines.ledger import Ledger
from pipelines.place import Place
from pipelines.systems import SYSTEMS

PROJECT = Path(__file__).parent.parent / "sql"
MARTS, NEXT = "marts", "marts_next"
BUILT = "models_built.json"  # in the working folder: what the last good build was made of


def accounts(place: Place, pipeline: dlt.Pipeline | None = None) -> list[Place]:
    """Return the accounts, of all systems, in this warehouse that have all the models need."""
    found: dict[str, set[str]] = {}
    with (pipeline or place.pipeline()).sql_client() as client:
        rows = client.execute_sql(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema LIKE '%raw' ORDER BY table_schema"
        )
    for schema, table in rows or []:
        found.setdefault(schema, set()).add(table)
    return [
        replace(place, system=name, account=schema[len(name) : -len("raw")].strip("_") or "main")
        for name, system in SYSTEMS.items()
        for schema, tables in found.items()
        if schema.startswith(name) and tables.issuperset(system.needed_tables)
    ]


def datasets_built(place: Place) -> set[str]:
    """Return of which raw schemas the marts are made, as far as that is remembered."""
    return set(_last_made_of(place)) - {"models"}


def _last_made_of(place: Place) -> dict[str, Any]:
    try:
        last: dict[str, Any] = json.loads((place.folder / BUILT).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return last


def is_built(place: Place, as_of: datetime, pipeline: dlt.Pipeline | None = None) -> bool:
    """Whether the marts are there, of this day, and nothing was loaded since they were built."""
    last = _last_made_of(place)
    if not last:
        return False
    pipeline = pipeline or place.pipeline()
    return _schemas(pipeline) == {MARTS} and last == made_of(place, pipeline, as_of)


def _schemas(pipeline: dlt.Pipeline) -> set[str]:
    """Return which there are: that of the marts, and that of a build which has not passed."""
    with pipeline.sql_client() as client:
        rows = client.execute_sql(
            "SELECT schema_name FROM information_schema.schemata"
            f" WHERE schema_name IN ('{MARTS}', '{NEXT}')"
        )
    return {schema for (schema,) in rows or ()}


def behind(place: Place) -> str:
    """Tell why the marts are not of the last load, if that is so and something was built."""
    pipeline = place.pipeline()
    schemas = _schemas(pipeline)
    if NEXT in schemas:
        older = "they are of an older one" if MARTS in schemas else "there are none yet"
        return f"the last build failed, {older}; what was built is in {NEXT}"
    last = _last_made_of(place)
    if MARTS not in schemas or not last or place not in accounts(place, pipeline):
        return ""
    is_last = last.get(place.dataset, {}).get("load") == _load(Ledger(pipeline, place))
    return "" if is_last else "not of the last load; `timehouse models` builds them"


def _load(ledger: Ledger) -> str:
    """Return what differs after each load, also after one whose clock was ahead."""
    return str(ledger.read("SELECT count(*), max(load_id) FROM {_dlt_loads}"))


@contextmanager
def noted(ledgers: Sequence[Ledger]) -> Iterator[dict[str, Any]]:
    """Yield what the last run of each is to tell of the models, and note it; an error, too."""
    told: dict[str, Any] = {}
    try:
        yield told
    except Exception as error:
        code, failure = explained(error) or (Exit.BUG, type(error).__name__)
        with suppress(Exception):  # the first error is the one to tell
            for ledger in ledgers:
                ledger.amend({"exit": int(code), "failure": f"models: {failure}"})
        raise
    for ledger in ledgers:
        ledger.amend(told)


def made_of(place: Place, pipeline: dlt.Pipeline, as_of: datetime) -> dict[str, Any]:
    """Return what the marts hang on: the models; of each account its day and what was loaded."""
    files = sorted(file for file in PROJECT.rglob("*") if file.suffix in {".sql", ".yml"})
    found: dict[str, Any] = {
        "models": hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    }
    for each in accounts(place, pipeline):
        ledger = Ledger(pipeline, each)
        found[each.dataset] = {
            "day": f"{as_of.astimezone(ZoneInfo(ledger.timezone() or 'UTC')):%Y-%m-%d}",
            "load": _load(ledger),
            "notices": [list(notice) for notice in ledger.notices()],
        }
    return found
