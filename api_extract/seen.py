"""Which columns a list still tells, compared with what earlier runs have seen of it.

A key nobody declared is kept in `_undeclared` and reported; a declared one that is gone is reported
too, and empty from then on; one that is there by right alone stops the run when that is lost.
"""

from typing import TYPE_CHECKING, Any

from api_extract.errors import NarrowerRights
from api_extract.reading import Shape
from api_extract.resource import Resource
from api_extract.tables import Table

if TYPE_CHECKING:
    from api_extract.run import Run

FEW = 20  # so few rows may vanish, or lack a key, by chance


def check_columns(run: "Run[Any]", shape: Shape) -> None:
    """Report columns that are new or gone; refuse to go on where a right to see some was lost."""
    for table in shape.tables:
        seen = shape.readers[table.name].seen
        run.report.undeclared |= seen.undeclared
        _look_for_vanished(run, shape, table)
        rights = [c.name for c in table.columns if c.right and not c.of_types]
        # A few rows out of many may all lack a key by chance; a whole list may not.
        proof = shape.resource.reading == "whole" or shape.resource.name in run.reduced
        if rights and seen.rows > (0 if proof else FEW):
            visible = [name for name in rights if seen.absent[name] < seen.rows]
            _compare_rights(run, shape.resource, table.name, visible)


def _look_for_vanished(run: "Run[Any]", shape: Shape, table: Table) -> None:
    """Report columns that each row used to have, and that no row of many has any more.

    Where some rows always lacked a key, all may by chance: the server leaves out what is empty.
    """
    name, seen = shape.resource.name, shape.readers[table.name].seen
    if seen.rows <= FEW or name in run.reduced:
        return
    told: dict[str, bool] = dict(run.state.get("columns", {}).get(table.name, {}))
    for column in table.loaded:
        if column.right or column.sparse or column.of_types:
            continue
        absent = seen.absent[column.name]
        if absent == seen.rows and told.get(column.name):
            run.report.vanished.add(f"{table.name}.{column.name}")
        elif absent < seen.rows:
            told[column.name] = told.get(column.name, True) and not absent
    if told != run.state.get("columns", {}).get(table.name, {}):
        run.state.setdefault("columns", {})[table.name] = told


def _compare_rights(run: "Run[Any]", resource: Resource, table: str, visible: list[str]) -> None:
    run.report.rights |= {f"{table}.{name}" for name in visible}
    before = run.state.get("rights", {}).get(table)
    lost = sorted(set(before or ()) - set(visible))
    if lost and not run.options.accept_narrower_rights:
        raise NarrowerRights(
            f"The key no longer sees {', '.join(f'{table}.{name}' for name in lost)}. Nothing"
            " was changed. Give the key its rights back, or accept the narrower ones with"
            " --accept-narrower-rights: known values are then kept."
        )
    gained = before is not None and set(visible) - set(before)
    if gained and resource.reading != "whole":
        for span in run.remembered(resource.name):  # empty in what was read without it
            run.flag(resource.name, span, again=True)
    if visible != before:
        run.state.setdefault("rights", {})[table] = visible
