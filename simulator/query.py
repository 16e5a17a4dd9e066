"""Query strings and pages, as far as all vendors read them alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

INDEX = re.compile(r"\[\d*\]$")


class Query:
    """The query of one request; `a[]`, `a[0]` and a repeated `a` all add to the list `a`."""

    def __init__(self, query: str) -> None:
        self.pairs = parse_qsl(query, keep_blank_values=True)
        self.lists: dict[str, list[str]] = {}
        self.arrays: set[str] = set()
        for name, value in self.pairs:
            plain = INDEX.sub("", name)
            self.lists.setdefault(plain, []).append(value)
            if plain != name:
                self.arrays.add(plain)

    def __contains__(self, name: str) -> bool:
        return name in self.lists

    def asked(self) -> dict[str, Any]:
        """Names as they were sent, with one value or, where repeated, a list."""
        found: dict[str, list[str]] = {}
        for name, value in self.pairs:
            found.setdefault(name, []).append(value)
        return {name: values if len(values) > 1 else values[0] for name, values in found.items()}

    def get(self, name: str) -> str | None:
        """Last value of a parameter."""
        return self.lists[name][-1] if name in self.lists else None


@dataclass(frozen=True)
class Page:
    """Which rows of a list are asked for; the first page is 1."""

    number: int
    size: int

    def cut(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Take the rows on the page."""
        return rows[(self.number - 1) * self.size : self.number * self.size]
