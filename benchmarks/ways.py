"""The ways from the tracker's pages towards DuckDB, each timed stage by stage.

limit             all pages by the standard library's client, bytes thrown away
pages to columns  this project's session, pages and reader: bytes to Arrow
ours              its dlt source with all that it does: windows, digests, changes, merge
ordinary          `requests`, `response.json()`, dicts for dlt, merged by id: edits shall arrive
with Parquet      the same, told to keep Parquet between the steps
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import dlt
import requests

from api_extract.columns import Reader
from api_extract.pages import iter_pages
from benchmarks.company import Company
from clockodo_source import Options, clockodo
from clockodo_source.api import open_session, page_reader
from clockodo_source.tables import ENTRIES_WIRE
from clockodo_source.tables_entries import ENTRIES


@dataclass(frozen=True)
class Stage:
    """What one stage did: entries that came through it, and how long they took."""

    name: str
    entries: int
    seconds: float


def limit(tracker: Company) -> Iterator[Stage]:
    """Fetch all pages over one kept connection; entries are counted by a scan for one key."""
    found, host = 0, urlsplit(tracker.settings.base_url).netloc
    started = time.perf_counter()
    with closing(HTTPConnection(host)) as http:
        for url in tracker.urls:
            http.request("GET", url.partition(host)[2], headers=tracker.headers)
            found += http.getresponse().read().count(b'"time_insert":')
    yield Stage("limit", found, time.perf_counter() - started)


def columns(tracker: Company) -> Iterator[Stage]:
    """Read all pages into Arrow tables."""
    started = time.perf_counter()
    read_page, reader = page_reader(ENTRIES), Reader(ENTRIES_WIRE)
    with closing(open_session(tracker.settings)) as session:
        first, *others = tracker.pages
        pages = iter_pages(
            session.fetch(first, read_page), others, partial(session.fetch, read=read_page)
        )
        found = sum(reader.read(page.rows).num_rows for page in pages)
    yield Stage("pages to columns", found, time.perf_counter() - started)


def ours(tracker: Company) -> Iterator[Stage]:
    """Load all entries by the source of this project."""
    source = clockodo(tracker.settings, Options(as_of=tracker.now), resources=["entries"])
    yield from loaded("ours", source, [table.name for table in ENTRIES.tables])


def ordinary(tracker: Company, name: str = "ordinary", **how: Any) -> Iterator[Stage]:  # noqa: ANN401 - handed on to dlt
    """Load all entries as anybody would who has dlt and no more time."""

    @dlt.resource(name="entries", primary_key="id", write_disposition="merge")
    def entries() -> Iterator[list[dict[str, Any]]]:
        with requests.Session() as http:
            for url in tracker.urls:
                yield http.get(url, headers=tracker.headers, timeout=60).json()["entries"]

    yield from loaded(name, entries(), ["entries"], **how)


def loaded(name: str, data: Any, tables: Sequence[str], **how: Any) -> Iterator[Stage]:  # noqa: ANN401 - handed on to dlt
    """Take data through the three steps of dlt into a new DuckDB."""
    with TemporaryDirectory() as folder:
        destination = dlt.destinations.duckdb(str(Path(folder, "warehouse.duckdb")))
        pipeline = dlt.pipeline("bench", folder, destination=destination, dataset_name="raw")
        times = [time.perf_counter()]
        for step in (partial(pipeline.extract, data, **how), pipeline.normalize, pipeline.load):
            step()
            times.append(time.perf_counter())
        with pipeline.sql_client() as client:
            counts = [client.execute_sql(f"select count(*) from {table}") for table in tables]
        pipeline.deactivate()
    found = sum(row[0] for rows in counts for row in rows or ())
    for number, step_name in enumerate(("extract", "normalize", "load")):
        yield Stage(f"{name}: {step_name}", found, times[number + 1] - times[number])
    yield Stage(name, found, times[-1] - times[0])


Way = Callable[[Company], Iterator[Stage]]

WAYS: tuple[Way, ...] = (
    limit,
    columns,
    ours,
    ordinary,
    partial(ordinary, name="with Parquet", loader_file_format="parquet"),
)
