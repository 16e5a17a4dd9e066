"""What a declaration of an endpoint says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api_extract.tables import Table

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Resource:
    """One endpoint: where its rows are, how it is paged, which tables they fill, and why so.

    `envelopes`: the keys under which the rows may stand, the documented one first; none where the
    answer is the list. `page_size`: the largest page the server allows; 0 where the list is not
    paged. `reading`: which of the source's ways of reading it takes; `whole` is one list of
    everything. `wire`: a table of all that may be on a page, where rows are sorted into `tables`
    only later. `split`: sorts nested rows into the tables, given the rows and what was asked for
    (a year, say). `follows`: what the server computes this one out of; when that changes, what was
    read before of earlier years is read again; `fills`: even of years that held nothing.
    `method`: GET, or POST where the query is a body. `optional`: a plan, module or right decides
    whether it exists, so a refusal is recorded, not fatal.
    """

    name: str
    path: str
    envelopes: tuple[str, ...]
    page_size: int
    tables: tuple[Table, ...]
    changes: str
    reading: str = "whole"
    params: tuple[tuple[str, str], ...] = ()
    split: Callable[[Rows, Any], dict[str, Rows]] | None = None
    wire: Table | None = None
    follows: tuple[str, ...] = ()
    fills: bool = False
    optional: bool = False
    method: str = "GET"

    @property
    def endpoint(self) -> str:
        """What errors call it."""
        return f"{self.method} {self.path}"
