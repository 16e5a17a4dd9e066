"""What an earlier run left unfinished, and what is remembered in the warehouse."""

import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import dlt
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.common.destination.client import WithStateSync
from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.load.exceptions import LoadClientJobFailed
from dlt.pipeline.exceptions import PipelineStepFailed
from dlt.pipeline.state_sync import load_pipeline_state_from_destination

from api_extract.dataset import refuse_a_newer_layout
from api_extract.errors import YourMove
from pipelines.exits import explained
from pipelines.ledger import Ledger
from pipelines.place import Place

GARBAGE = (ValueError, KeyError, TypeError, AttributeError, zlib.error)
IDS = {"_dlt_loads": "load_id", "_dlt_pipeline_state": "_dlt_load_id"}


def finish_pending(place: Place, pipeline: dlt.Pipeline) -> bool:
    """Load what a crashed run extracted, then take what is remembered from the warehouse alone.

    A load that was extracted for another state of the warehouse (a restored copy, say), that the
    warehouse has refused, or that was damaged, is dropped; as it may have been loaded in part, all
    is read again.
    """
    with legible():
        _put_in_order(place, pipeline)
        extracted, loaded = pipeline.state["_state_version"], loaded_state(pipeline)
    fits = loaded in (extracted - 1, extracted) and not _names_who_was_forgotten(place, pipeline)
    finished = pipeline.has_pending_data and fits and _finished(pipeline)
    never_loaded = place.doubt.exists() or (extracted > loaded and not finished)
    if never_loaded or pipeline.has_pending_data:
        pipeline.drop()
    with legible():
        pipeline.sync_destination()
    if never_loaded:
        _read_again(place, pipeline)
        place.doubt.unlink(missing_ok=True)
    return finished


def _put_in_order(place: Place, pipeline: dlt.Pipeline) -> None:
    """Give loads of the future earlier ids, in their order: a clock was ahead when they were made.

    dlt takes what came with the highest id for the newest, so nothing newer would be remembered.
    """
    now, ledger = time.time(), Ledger(pipeline, place)
    loads = "SELECT load_id FROM {_dlt_loads} WHERE load_id"
    try:
        ahead = ledger.read(f"{loads} > %s ORDER BY load_id", str(now))
    except DestinationUndefinedEntity:
        return
    if not ahead:
        return
    before = ledger.read(f"{loads} <= %s ORDER BY load_id DESC LIMIT 1", str(now))
    last = float(before[0][0]) if before else now - 1
    with ledger.changing() as client:
        for number, (load,) in enumerate(ahead, 1):
            earlier = str(last + (now - last) * number / (len(ahead) + 1))
            for name, column in IDS.items():
                table = client.make_qualified_table_name(name)
                client.execute_sql(
                    f"UPDATE {table} SET {column} = %s WHERE {column} = %s", earlier, load
                )


@contextmanager
def legible() -> Iterator[None]:
    """Tell whose move it is where what the warehouse remembers cannot be read."""
    try:
        yield
    except ConfigurationException:
        raise
    except (*GARBAGE, PipelineStepFailed) as error:
        if not isinstance(error.__cause__ or error, GARBAGE):
            raise
        raise YourMove(
            "What Timehouse remembers in this warehouse is damaged (_dlt_pipeline_state or"
            " _dlt_version). Restore a copy of the warehouse, or use another one."
        ) from None


def refuse_a_newer(place: Place, pipeline: dlt.Pipeline | None = None) -> None:
    """Raise YourMove where a later version has filled the dataset, before anything is written."""
    with legible():
        sources = _remembered(pipeline or place.pipeline()).get("sources", {})
    refuse_a_newer_layout(sources.get(place.system, {}).get("dataset", {}))


def loaded_state(pipeline: dlt.Pipeline) -> int:
    """Return the version of the state that was loaded last, 0 if none was."""
    version: int = _remembered(pipeline).get("_state_version", 0)
    return version


def _remembered(pipeline: dlt.Pipeline) -> Mapping[str, Any]:
    """Return the state that was loaded last, an empty one if none was."""
    try:
        with pipeline.destination_client() as client:
            if not isinstance(client, WithStateSync):
                return {}
            state = load_pipeline_state_from_destination(pipeline.pipeline_name, client)
    except DestinationUndefinedEntity:
        return {}
    return cast("Mapping[str, Any]", state or {})


def _names_who_was_forgotten(place: Place, pipeline: dlt.Pipeline) -> bool:
    """Tell whether somebody was forgotten, elsewhere, since what is pending was extracted."""
    pending = [
        *pipeline.list_extracted_load_packages(),
        *pipeline.list_normalized_load_packages(),
    ]
    moments = Ledger(pipeline, place).forgotten().values() if pending else ()
    return any(float(load_id) < m.timestamp() for load_id in pending for m in moments)


def _finished(pipeline: dlt.Pipeline) -> bool:
    try:
        pipeline.normalize()
        pipeline.load()
    except PipelineStepFailed as error:
        # What was killed while it moved files cannot be told from damage; it is read again.
        if isinstance(error.__cause__, LoadClientJobFailed) or explained(error) is None:
            return False
        raise
    return True


def _read_again(place: Place, pipeline: dlt.Pipeline) -> None:
    with pipeline.managed_state() as state:
        read = state.get("sources", {}).get(place.system, {}).get("read", {})
        for known in (known for spans in read.values() for known in spans.values()):
            known |= {"hash": None, "again": True}
