"""Ways from the tracker's pages into DuckDB that dlt offers, each a process of its own.

parquet   dlt with dicts, and Parquet between its steps; merged by id, as edits shall arrive
rest_api  dlt's own source for REST APIs, with Parquet
defaults  dlt with dicts and no settings at all
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import dlt
import requests
from dlt.sources.rest_api import rest_api_resources

WAREHOUSE = "warehouse.duckdb"
ASKED = Path("asked.json")  # tells, in the folder of this run, what is to be read


@dataclass(frozen=True)
class Asked:
    """Where the entries are: the addresses of all pages, what is to be sent, and what comes."""

    pages: Sequence[str]
    headers: Mapping[str, str]
    columns: Mapping[str, str]


def dicts(asked: Asked, **how: Any) -> None:  # noqa: ANN401 - handed on to dlt
    """Load all entries as anybody would who has dlt and no more time."""

    @dlt.resource(name="entries", primary_key="id", write_disposition="merge")
    def entries() -> Iterator[list[dict[str, Any]]]:
        with requests.Session() as http:
            for url in asked.pages:
                yield http.get(url, headers=asked.headers, timeout=60).json()["entries"]

    _load(entries(), **how)


def rest_api(asked: Asked) -> None:
    """Load all entries by a configuration of dlt's own source."""
    base, _, query = asked.pages[0].partition("?")
    endpoint = {
        "path": "",
        "params": {name: value for name, value in parse_qsl(query) if name != "page"},
        "data_selector": "entries",
        "paginator": {
            "type": "page_number",
            "base_page": 1,
            "page_param": "page",
            "total_path": "paging.count_pages",
        },
    }
    merged = {"primary_key": "id", "write_disposition": "merge"}
    listed: Any = {
        "client": {"base_url": base, "headers": dict(asked.headers)},
        "resources": [{"name": "entries", "endpoint": endpoint, **merged}],
    }
    _load(rest_api_resources(listed), loader_file_format="parquet")


def _load(data: Any, **how: Any) -> None:  # noqa: ANN401 - handed on to dlt
    destination = dlt.destinations.duckdb(WAREHOUSE)
    pipeline = dlt.pipeline("bench", ".", destination=destination, dataset_name="raw")
    pipeline.run(data, **how)


WAYS: dict[str, Callable[[Asked], None]] = {
    "parquet": partial(dicts, loader_file_format="parquet"),
    "rest_api": rest_api,
    "defaults": dicts,
}


if __name__ == "__main__":
    WAYS[sys.argv[1]](Asked(**json.loads(ASKED.read_bytes())))
