"""What a declaration of an endpoint says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from api_extract.tables import Table

Rows = list[dict[str, Any]]

# whole: one list of everything. entries: by spans of time, sorted into three tables.
# years: one list a calendar year. person_days: one list a person and span of days.
Reading = Literal["whole", "entries", "years", "person_days"]


@dataclass(frozen=True)
class Resource:
    """One endpoint: where its rows are, how it is paged, which tables they fill, and why so.

    `envelopes`: the keys under which the rows may stand, the documented one first.
    `page_size`: the largest page the server allows; 0 where the list is not paged.
    `split`: sorts nested rows into the tables, given the rows and the year asked for.
    `follows`: what the server computes this one out of; when that changes, what was read before
    of earlier years is read again. `optional`: a plan, module or right decides whether it exists,
    so a refusal is recorded, not fatal.
    """

    name: str
    path: str
    envelopes: tuple[str, ...]
    page_size: int
    tables: tuple[Table, ...]
    changes: str
    reading: Reading = "whole"
    params: tuple[tuple[str, str], ...] = ()
    split: Callable[[Rows, int], dict[str, Rows]] | None = None
    follows: tuple[str, ...] = ()
    optional: bool = False
