"""The trackers there are, and what the rest of the pipeline needs to know of each."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import clockify_source
import clockodo_source
from api_extract.checkup import Check
from api_extract.report import Report
from api_extract.resource import Resource
from api_extract.run import Options
from api_extract.totals import Ask, Oracle
from clockify_source import tables as clockify_tables
from clockify_source.reading import ALL_SEEING
from clockify_source.totals import totals as clockify_totals
from clockodo_source import tables as clockodo_tables
from clockodo_source.totals import totals as clockodo_totals


@dataclass(frozen=True)
class System:
    """One tracker. `needed`: resources without which there is nothing to build models from.

    `check` and `source` take the settings that `resolve` finds for the label of an account.
    `totals`: the tracker's own figures, beside those of the warehouse.
    """

    resources: Mapping[str, Resource]
    resolve: Callable[[str], Any]
    check: Callable[[Any, Options], tuple[Report, list[Check]]]
    source: Callable[[Any, Options, Report, Iterable[str]], Any]
    needed: tuple[str, ...]
    all_seeing: frozenset[str]
    totals: Callable[[Any, Ask, ZoneInfo, datetime], AbstractContextManager[list[Oracle]]]

    @property
    def tables(self) -> list[str]:
        """The raw tables, in the order of their resources; the log of changes comes last."""
        return [t.name for r in self.resources.values() for t in r.tables] + ["entry_changes"]

    @property
    def entries(self) -> str:
        """The resource that is read by windows of time."""
        return next(name for name, r in self.resources.items() if r.reading == "entries")

    @property
    def needed_tables(self) -> list[str]:
        """The raw tables that models cannot do without."""
        return [t.name for name in self.needed for t in self.resources[name].tables]

    @property
    def user_id(self) -> str:
        """The type of the number, or name, of a person."""
        return self.resources["users"].tables[0].kind("id")


SYSTEMS: dict[str, System] = {
    "clockodo": System(
        clockodo_tables.BY_NAME,
        clockodo_source.resolve,
        clockodo_source.check,
        clockodo_source.clockodo,
        needed=("company", "users", "entries", "customers", "projects", "services"),
        all_seeing=frozenset({"owner"}),
        totals=clockodo_totals,
    ),
    "clockify": System(
        clockify_tables.BY_NAME,
        clockify_source.resolve,
        clockify_source.check,
        clockify_source.clockify,
        needed=("workspaces", "users", "time_entries", "clients", "projects"),
        all_seeing=ALL_SEEING,
        totals=clockify_totals,
    ),
}

# What is typed to load a warehouse, whichever tracker there is.
LOADING = " or ".join(f"`timehouse sync {name}`" for name in SYSTEMS)
