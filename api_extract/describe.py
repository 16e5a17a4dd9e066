"""The page that lists all tables and columns of a source, from its declarations."""

from collections.abc import Iterable

from api_extract.resource import Resource
from api_extract.tables import Table

MARKS = """An object's keys join as `budget__amount`; lists are JSON.
Keys nobody documented are kept in `_undeclared` (JSON). `_window_since`, `_window_until`,
`_window_of` and `_deleted` belong to the loading and are always empty. **P** marks what tells of a
person, **R** what is absent where the key lacks a right, **S** what only one of several ways of
reading tells: it is NULL then, never 0."""


def page(head: str, resources: Iterable[Resource], log: Table) -> str:
    """Return the whole page; `log` is the table of changes, which no resource fills alone."""
    parts = [head, *(_resource(r) for r in resources), f"## {log.name}\n", _table(log)]
    return "\n".join(parts)


def _resource(resource: Resource) -> str:
    paging = f"pages of {resource.page_size}" if resource.page_size else "one answer"
    optional = ", optional" if resource.optional else ""
    what = f"`{resource.method} {resource.path}`, {paging}{optional}"
    head = f"## {resource.name}\n\n{what}. {resource.changes}\n"
    return "\n".join([head, *(_table(table) for table in resource.tables)])


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [f"**`{table.name}`** {table.description} Key: {key}.", ""]
    lines += ["| column | type | | |", "|---|---|---|---|"]
    for c in table.columns:
        marks = " ".join(
            m for m, is_so in (("P", c.personal), ("R", c.right), ("S", c.sparse)) if is_so
        )
        kind = c.kind if c.loaded else "never loaded"
        lines.append(f"| `{c.name}` | {kind} | {marks} | {c.description} |")
    return "\n".join([*lines, ""])
