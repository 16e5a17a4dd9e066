"""What the verbs print: tables for people, one JSON object for programs."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

Row = Sequence[Any]
WIDE = 200  # where nobody looks, nothing is cut


class Show:
    """Prints to standard output; progress and errors go to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        if not self._out.is_terminal:
            self._out.width = WIDE
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)
        self._parts: dict[str, Any] | None = None

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Yield where to tell what is going on: one moving line on a terminal, else a log."""
        if self._err.is_terminal:
            with self._err.status("reading") as status:
                yield lambda text: status.update(escape(text))
        else:
            yield lambda text: self._err.print(text, markup=False)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Print one JSON object of all sections, rather than one of each."""
        parts = self._parts = {}
        try:
            yield
        finally:
            self._parts = None
            self.data(parts)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Let what is printed meanwhile be a part under this name."""
        self.text(f"== {name}")
        whole, part = self._parts, dict[str, Any]()
        self._parts = part
        try:
            yield
        finally:
            self._parts = whole
            self.data({name: part})
            self.text()

    def data(self, value: dict[str, Any]) -> None:
        """Print the one JSON object, if that is what was asked for."""
        if self._parts is not None:
            self._parts |= value
        elif self._json:
            print(json.dumps(value, default=_plain, indent=2))  # noqa: T201 - the output itself

    def text(self, text: str = "") -> None:
        """Print a line for people."""
        if not self._json:
            self._out.print(text, markup=False)

    def table(self, heads: Sequence[str], rows: Iterable[Row]) -> None:
        """Print rows for people, numbers to the right."""
        if self._json:
            return
        listed = [list(row) for row in rows]
        table = Table(box=None, pad_edge=False, padding=(0, 1))
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
            return escape(str(value))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
