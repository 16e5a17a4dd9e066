"""Writes README.md of this package from the declarations: `python -m clockodo_source.describe`."""

from pathlib import Path

from api_extract.tables import Table
from clockodo_source.entry_log import ENTRY_CHANGES
from clockodo_source.resource import Resource
from clockodo_source.tables import RESOURCES

PAGE = Path(__file__).parent / "README.md"
HEAD = """# Clockodo as a dlt source

```python
import dlt
from clockodo_source import clockodo

pipeline = dlt.pipeline("hours", destination="duckdb", dataset_name="clockodo_raw")
pipeline.run(clockodo())
```

Configured in `.dlt/config.toml` and `.dlt/secrets.toml` under `sources.clockodo`, or given as
`clockodo(Settings(...))`. `clockodo(resources=["entries", "users"])` reads only those.

All columns stand under the API's own names with values as received: numbers as doubles, counts and
ids as bigints, instants with their zone. An object's keys join as `budget__amount`; lists are JSON.
Keys nobody documented are kept in `_undeclared` (JSON). `_window_since`, `_window_until`,
`_window_of` and `_deleted` belong to the loading and are always empty. **P** marks what tells of a
person, **R** what is absent where the key lacks a right: it is NULL then, never 0.

This page is written by `python -m clockodo_source.describe`.
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, *(_resource(r) for r in RESOURCES), "## entry_changes\n", _table(ENTRY_CHANGES)]
    return "\n".join(parts)


def _resource(resource: Resource) -> str:
    paging = f"pages of {resource.page_size}" if resource.page_size else "one answer"
    optional = ", optional" if resource.optional else ""
    head = f"## {resource.name}\n\n`GET {resource.path}`, {paging}{optional}. {resource.changes}\n"
    return "\n".join([head, *(_table(table) for table in resource.tables)])


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [f"**`{table.name}`** {table.description} Key: {key}.", ""]
    lines += ["| column | type | | |", "|---|---|---|---|"]
    for c in table.columns:
        marks = " ".join(m for m, is_so in (("P", c.personal), ("R", c.right)) if is_so)
        kind = c.kind if c.loaded else "never loaded"
        lines.append(f"| `{c.name}` | {kind} | {marks} | {c.description} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
