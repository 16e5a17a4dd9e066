"""The page of `timehouse reconcile --report`: what both sides say, for somebody to file."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api_extract.totals import Cell, Compared
from pipelines.ledger import Ledger
from pipelines.place import Place, private
from pipelines.reconcile import Reconciliation

NAMED = {"person": "users", "project": "projects"}


def write(file: Path, place: Place, found: Reconciliation) -> None:
    """Write the page, readable by its owner alone, whole or not at all."""
    with place.locked(), place.at_hand():
        ledger = Ledger(place.pipeline(), place)
        names = {part: _names(ledger, place, table) for part, table in NAMED.items()}
        reader, role = ledger.reader()
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Nothing is added to what is rounded to -0.00, which makes it 0.00.
    templates.filters["number"] = lambda value: f"{round(value, 2) + 0:,.2f}"
    page = templates.get_template("agreement.html").render(
        found=found,
        place=place,
        read_by=f"{names['person'].get(reader, reader)}, {role or 'role unknown'}",
        written_at=datetime.now(UTC),
        months=_lines(found.months),
        cells=[(one, _told(one.cell, names)) for one in found.compared if one.cell],
    )
    beside = file.with_name(f".{file.name}.next")
    with private():
        beside.write_text(page, encoding="utf-8")
    beside.replace(file)


def _lines(months: Iterable[Compared]) -> list[dict[str, Any]]:
    """Return one line a month: its measures side by side."""
    found: dict[Any, dict[str, Any]] = {}
    for one in months:
        line = found.setdefault(one.month, {"month": one.month, "measures": []})
        line["measures"].append((one, one.tracker - one.warehouse))
    return list(found.values())


def _told(cell: Cell, names: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return the parts of a cell by the names people know."""
    told = {part: names[part].get(key := getattr(cell, part), key) for part in NAMED}
    return {**told, "billing": cell.billing}


def _names(ledger: Ledger, place: Place, table: str) -> dict[str, str]:
    """Return names by id; none where they are kept off the disk."""
    columns = ledger.read(
        "SELECT column_name FROM information_schema.columns"
        f" WHERE table_schema = '{place.dataset}' AND table_name = '{table}'"
    )
    if ("name",) not in columns:
        return {}
    return {
        str(key): name or str(key) for key, name in ledger.read(f"SELECT id, name FROM {{{table}}}")
    }
