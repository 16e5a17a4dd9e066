"""Workers: runs confined to some days of a lake, several at the same time.

    what is remembered, version n → each worker goes on from it, and notes under a name of its own
    → the next run that has the lake to itself joins what they noted, if n is still the version

Whatever is not surely what the lake holds is read again: days that two workers had in common or one
that died had, and months from which another worker has taken an entry that moved.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import dlt
from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.pipeline.state_sync import load_pipeline_state_from_destination

from api_extract.errors import YourMove
from api_extract.run import Options
from api_extract.windows import FIRST_DAY, LAST_DAY, Window, month_of, months
from pipelines.lake import LAKE
from pipelines.ledger import Ledger
from pipelines.pending import finish_pending, legible, loaded_state
from pipelines.place import STAGING, Place
from pipelines.systems import SYSTEMS

Memory = dict[str, Any]
BASE = "went_on_from"  # in a worker's memory: the version of what was remembered
GONE = object()


def as_worker(place: Place, options: Options) -> tuple[Place, Options]:
    """Return the place of a worker, where a run of these options may be one, and its days by month.

    By months, as those are remembered; of a month in part only that it has changed.
    """
    if place.destination != LAKE or not (options.since or options.until):
        return place, options
    days = Window(options.since or FIRST_DAY, options.until or LAST_DAY)
    within = [
        Window(max(month.since, days.since), min(month.until, days.until))
        for month in months(days.since, days.until)
    ]
    return replace(place, worker=days), replace(
        options, since=None, until=None, windows=tuple(within)
    )


def begin(place: Place, pipeline: dlt.Pipeline) -> bool:
    """Begin with what is remembered; tell whether a load that was left unfinished was finished."""
    if place.worker:
        _go_on(place, pipeline)
        return False
    if place.destination != LAKE:
        return finish_pending(place, pipeline)
    if pipeline.has_pending_data and _are_later(place, pipeline):
        pipeline.drop()
        place.doubt.touch()
    finished = finish_pending(place, pipeline)
    _join(place, pipeline)
    return finished


def _are_later(place: Place, pipeline: dlt.Pipeline) -> bool:
    """Tell whether workers have written since: what is pending is older than what they wrote."""
    with legible():
        version = loaded_state(pipeline)
    return bool(_unjoined(place, pipeline, version) or _died(place, pipeline))


def _go_on(place: Place, pipeline: dlt.Pipeline) -> None:
    """Begin a worker with what is remembered of the lake."""
    with legible():
        pipeline.sync_destination()
    pipeline.pipeline_name += f"_{place.tag}"  # under which it is remembered what this one reads
    with pipeline.managed_state() as state:
        memory: Memory = state.get("sources", {}).get(place.system, {})
        if "dataset" not in memory:
            raise YourMove(
                f"Nothing was ever loaded into this lake. Run {place.loading} first: with"
                " --resources users it takes a moment."
            )
        memory[BASE] = state["_state_version"]
        if place.worker in _died(place, pipeline):
            _distrust(place, memory, [place.worker])


def _unjoined(place: Place, pipeline: dlt.Pipeline, version: int) -> dict[Window, Memory]:
    """Return what workers have noted since the lake was at this version, by their days."""
    found = {}
    name = re.compile(re.escape(pipeline.pipeline_name) + r"_(\d{8})_(\d{8})")
    try:
        names = Ledger(pipeline, place).read(
            "SELECT DISTINCT pipeline_name FROM {_dlt_pipeline_state}"
        )
    except DestinationUndefinedEntity:
        return {}
    client: Any = pipeline.destination_client()
    with client:
        for (worker,) in names:
            if match := name.fullmatch(worker):
                state: Any = load_pipeline_state_from_destination(worker, client)
                memory = state["sources"][place.system] if state else {}
                if memory.get(BASE) == version:
                    found[_days(match)] = memory
    return found


def _join(place: Place, pipeline: dlt.Pipeline) -> None:
    """Remember what workers have noted, as far as it is surely what the lake holds."""
    noted = _unjoined(place, pipeline, pipeline.state["_state_version"])
    died = _died(place, pipeline)
    if not noted and not died:
        return
    with pipeline.managed_state() as state:
        memory = state["sources"][place.system]
        for one in noted.values():
            del one[BASE]
        joined = merged(memory, list(noted.values()))
        _distrust(place, joined, died)
        common = [a for a in noted for b in noted if a != b and a.overlaps(b)]
        held = _held(place, pipeline)
        for key, known in joined["read"].get(SYSTEMS[place.system].entries, {}).items():
            is_other = known["hash"] is not None and known["rows"] != held[key]
            if is_other or any(_month(key).overlaps(days) for days in common):
                known |= {"hash": None, "again": True}
        state["sources"][place.system] = joined


def clear(place: Place, pipeline: dlt.Pipeline) -> None:
    """Remove what a worker has put aside: of this one, else of all, as they have died."""
    if place.destination != LAKE:
        return
    days = [place.worker] if place.worker else _died(place, pipeline)
    with pipeline.sql_client() as client:
        for each in days:
            name = STAGING % place.dataset + f"_{replace(place, worker=each).tag}"
            client.execute_sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def merged(base: Any, others: Sequence[Any]) -> Any:  # noqa: ANN401 - any part of what is remembered
    """Return what several remember who have gone on from the same.

    Where they do not agree it is as before, and of a span unknown what it holds.
    """
    changed = [other for other in others if other != base]
    if not changed or all(other == changed[0] for other in changed):
        return changed[0] if changed else base
    if not all(isinstance(each, Mapping) for each in changed):
        lists = [each for each in (base, *changed) if isinstance(each, list)]
        return list(dict.fromkeys(i for each in lists for i in each)) if lists else base
    if "hash" in changed[0]:
        return {**changed[0], "hash": None, "again": True}
    before = base if isinstance(base, Mapping) else {}
    keys = dict.fromkeys(key for each in (before, *changed) for key in each)
    joined = {k: merged(before.get(k, GONE), [each.get(k, GONE) for each in others]) for k in keys}
    return {key: value for key, value in joined.items() if value is not GONE}


def _distrust(place: Place, memory: Memory, died: Sequence[Window]) -> None:
    """Have all be read again that workers may have changed who died: their days, and lists."""
    entries = SYSTEMS[place.system].entries
    for resource, spans in memory.get("read", {}).items() if died else ():
        for key, known in spans.items():
            if resource != entries or any(_month(key).overlaps(days) for days in died):
                known |= {"hash": None, "again": True}


def _died(place: Place, pipeline: dlt.Pipeline) -> list[Window]:
    """Return the days of workers that have left what they had put aside."""
    name = re.compile(re.escape(STAGING % place.dataset) + r"_(\d{8})_(\d{8})")
    with pipeline.sql_client() as client:
        rows = client.execute_sql("SELECT DISTINCT schema_name FROM information_schema.schemata")
    return [_days(match) for (schema,) in rows or () if (match := name.fullmatch(schema))]


def _held(place: Place, pipeline: dlt.Pipeline) -> Counter[str]:
    """Return how many entries the lake holds in each month, by the names months are known by."""
    ledger, held = Ledger(pipeline, place), Counter[str]()
    zone = ledger.timezone() or "UTC"
    system = SYSTEMS[place.system]
    for table in system.resources[system.entries].tables:
        if table.roams == "id":
            per = f"{table.per} || ':'" if table.per else "''"
            month = f"CAST(date_trunc('month', {table.window} AT TIME ZONE %s) AS date)"
            for key, first, rows in _grouped(ledger, f"{per}, {month}", table.name, zone):
                held[key + month_of(first).key] += rows
    return held


def _grouped(ledger: Ledger, what: str, table: str, zone: str) -> Iterator[tuple[str, date, int]]:
    try:
        yield from ledger.read(f"SELECT {what}, count(*) FROM {{{table}}} GROUP BY 1, 2", zone)
    except DestinationUndefinedEntity:
        return


def _month(key: str) -> Window:
    since, _, until = key.rpartition(":")[2].partition("/")
    return Window(date.fromisoformat(since), date.fromisoformat(until))


def _days(match: re.Match[str]) -> Window:
    since, until = (date.fromisoformat(text) for text in match.groups())
    return Window(since, until)
