"""A span of entries by the lists of people: one request a person, and all pages of it."""

from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

import pyarrow as pa

from api_extract.columns import ABSENT
from api_extract.entry_rows import once
from api_extract.errors import Forbidden, Gone
from api_extract.reading import Shape, TooLong, read
from api_extract.run import Run
from clockify_source.api import first_request, list_pages
from clockify_source.by_report import TooMany
from clockify_source.reading import Workspace, present, read_users
from clockify_source.settings import Settings

NO_LIST = "The entries of {} people are refused; what is known of them stays as it is."
SHORTEST_SPAN = timedelta(hours=1)
Known = tuple[datetime, set[str]]
ONE_PAGE: dict[str, Any] = {"most_pages": 1, "attempts": 1}


class ByLists:
    """Reads spans of each person's entries; who is listed no longer is asked for as well.

    `known`: since when, and of whom, there may be something new. Then those who have left, and of
    whom nothing is held since, are not asked for.
    """

    def __init__(
        self, run: Run[Settings], workspace: Workspace, shape: Shape, known: Known | None = None
    ) -> None:
        self.run = run
        self.workspace = workspace
        self.shape = shape
        self._known = known
        self._refused: set[str] = set()

    @cached_property
    def people(self) -> list[str]:
        """Who is asked for."""
        everybody = self._everybody
        if self._known is None:
            return everybody
        table, (since, people) = self.shape.tables[0], self._known
        where = f"workspace_id = %s AND {table.window} >= %s"
        held = self.run.known.distinct(table, ("user_id",), where, self.workspace.id, since)
        may = present(self.run, self.workspace.id).union(people, *held)
        return [person for person in everybody if person in may]

    @cached_property
    def _everybody(self) -> list[str]:
        """All who are, or in an earlier run were, in the workspace."""
        seen = self.run.state.setdefault("people", {})
        listed = read_users(self.run, self.workspace.id)["users"]["id"].to_pylist()
        everybody = sorted({*listed, *seen.get(self.workspace.id, [])})
        if everybody != seen.get(self.workspace.id):
            seen[self.workspace.id] = everybody
        return everybody

    def read(self, since: datetime, until: datetime, *, bounded: bool) -> pa.Table:
        """Return what begins in a span.

        Raises TooMany where it is `bounded` and too long for somebody's list: cut for all, its
        parts are kept one by one, though requests run out before its end.
        """
        found = [self._of(person, since, until, bounded=bounded) for person in self.people]
        if self._refused >= set(self.people):
            raise Forbidden(f"{self.shape.resource.endpoint}: nobody's entries may be read.")
        note = NO_LIST.format(len(self._refused))
        if self._refused and note not in self.run.report.notes:
            self.run.report.notes.append(note)
        return once(found)

    def _of(self, person: str, since: datetime, until: datetime, *, bounded: bool) -> pa.Table:
        resource = self.shape.resource
        request = first_request(resource, self.workspace.id, user=person).with_params(
            start=f"{since:%Y-%m-%dT%H:%M:%SZ}", end=f"{until:%Y-%m-%dT%H:%M:%SZ}"
        )
        listing = partial(list_pages, self.run.session, resource, request)
        how = {"stamp": self.workspace.stamp, **(ONE_PAGE if until - since > SHORTEST_SPAN else {})}
        try:
            return next(iter(read(self.run.session, self.shape, listing, **how).values()))
        except TooLong:
            if bounded:
                raise TooMany(f"more than {resource.page_size} entries") from None
            middle = (since + (until - since) / 2).replace(microsecond=0)
            halves = (since, middle), (middle, until)
            return once([self._of(person, *half, bounded=False) for half in halves])
        except (Forbidden, Gone):
            self._refused.add(person)
            return self._held(person, since, until)

    def _held(self, person: str, since: datetime, until: datetime) -> pa.Table:
        """Return what the warehouse holds of somebody whose list is refused, or is no more."""
        table = self.shape.tables[0]
        where = (
            f"workspace_id = %s AND user_id = %s AND {table.window} >= %s AND {table.window} < %s"
        )
        rows = self.run.known.rows(table, where, self.workspace.id, person, since, until)
        return rows.append_column(ABSENT, pa.nulls(rows.num_rows, ABSENT.type))
