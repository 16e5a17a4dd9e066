"""What the verbs print: tables for people, one JSON object for programs."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

Row = Sequence[Any]


class Show:
    """Prints to standard output; progress and errors go to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    def progress(self, text: str) -> None:
        """Tell what is going on."""
        self._err.print(text, markup=False)

    def error(self, text: str) -> None:
        """Tell what went wrong and whose move it is."""
        self._err.print(text, markup=False)

    def data(self, value: dict[str, Any]) -> None:
        """Print the one JSON object, if that is what was asked for."""
        if self._json:
            print(json.dumps(value, default=_plain, indent=2))  # noqa: T201 - the output itself

    def text(self, text: str = "") -> None:
        """Print a line for people."""
        if not self._json:
            self._out.print(text, markup=False)

    def table(self, heads: Sequence[str], rows: Iterable[Row], title: str = "") -> None:
        """Print rows for people, numbers to the right."""
        if self._json:
            return
        listed = [list(row) for row in rows]
        table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
        for number, head in enumerate(heads):
            numeric = any(isinstance(r[number], int | float | Decimal) for r in listed)
            table.add_column(head, justify="right" if numeric else "left", no_wrap=True)
        for row in listed:
            table.add_row(*(cell(value) for value in row))
        self._out.print(table)


def cell(value: object) -> str:
    """Write a value as people read it."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float() | Decimal():
            return f"{value:,.2f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return str(value).replace("[", r"\[")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
