"""Tasks that are done, where projects do not tell them.

It is not documented whether a project brings all its tasks, or only those that are active. Where
the list tells any that is done, it tells all. Else a project is asked for its tasks when one of its
entries points to a task that is found nowhere; from then on that task stays as it was told.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, partial

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import ABSENT
from api_extract.errors import Forbidden, Gone, Later
from api_extract.reading import Shape, read
from api_extract.run import Lists
from clockify_source.api import first_request, list_pages
from clockify_source.reading import Clockify, Workspace
from clockify_source.tables import TASK_LIST, TASKS

DONE = "DONE"


def with_done(account: Clockify, workspace: Workspace, lists: Lists) -> Lists:
    """Return a workspace's projects with all tasks that its entries point to."""
    listed = lists[TASKS.name]
    if DONE in listed["status"].to_pylist():
        return lists
    projects, told = (set(lists[n]["id"].to_pylist()) for n in ("projects", TASKS.name))
    tasks = _Tasks(account, workspace)
    lacking = {task: project for project, task in tasks.booked if project in projects}
    found = tasks.found({task: lacking[task] for task in lacking.keys() - told})
    return {**lists, TASKS.name: pa.concat_tables([listed, *found])}


@dataclass
class _Tasks:
    """The tasks of one workspace that entries point to."""

    account: Clockify
    workspace: Workspace

    @cached_property
    def shape(self) -> Shape:
        """How they are read."""
        return self.account.run.shape_of(TASK_LIST)

    @property
    def booked(self) -> set[tuple[str, str]]:
        """Projects and tasks of entries, those in the warehouse and those just read."""
        run, names = self.account.run, ("project_id", "task_id")
        entries = run.guarded("time_entries")[0]
        if not {c.name for c in entries.loaded if not c.hashed}.issuperset(names):
            return set()
        where = "workspace_id = %s AND project_id IS NOT NULL AND task_id IS NOT NULL"
        held = run.known.distinct(entries, names, where, self.workspace.id)
        return {*held, *self.account.booked.get(self.workspace.id, ())}

    def found(self, lacking: dict[str, str]) -> list[pa.Table]:
        """Return tasks, given with their projects, as far as any are found."""
        run, key = self.account.run, self.workspace.id
        before: list[str] = run.state.get("nowhere", {}).get(key, [])
        held = run.known.by_id(self.shape.tables[0], sorted(lacking))
        held = held.filter(pc.and_(pc.equal(held["status"], DONE), not run.options.full))
        parts = [held.append_column(ABSENT, pa.nulls(held.num_rows, ABSENT.type))]
        nowhere = set() if run.options.full else lacking.keys() & set(before)
        asked = lacking.keys() - nowhere.union(held["id"].to_pylist())
        try:
            for project in sorted({lacking[task] for task in asked}):
                its = {task for task in asked if lacking[task] == project}
                parts.append(self._of_project(project, its))
                nowhere |= its - {*parts[-1]["id"].to_pylist()}
        except Later as error:  # the rest is asked for by the next run
            run.postpone("projects", (), error)
        if sorted(nowhere) != before:
            run.state.setdefault("nowhere", {})[key] = sorted(nowhere)
        return parts

    def _of_project(self, project: str, tasks: Collection[str]) -> pa.Table:
        """Return those of some tasks that a project has."""
        run, session = self.account.run, self.account.run.session
        request = first_request(TASK_LIST, self.workspace.id, project=project)
        listing = partial(list_pages, session, TASK_LIST, request)
        try:
            rows = read(session, self.shape, listing, stamp=self.workspace.stamp)[TASKS.name]
        except (Forbidden, Gone):
            rows = self.shape.empty()[TASKS.name]
        run.report.undeclared |= self.shape.readers[TASKS.name].seen.undeclared
        return rows.filter(pc.is_in(rows["id"], pa.array(tasks, pa.string())))
