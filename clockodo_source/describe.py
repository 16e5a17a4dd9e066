"""Writes README.md of this package from the declarations: `python -m clockodo_source.describe`."""

from pathlib import Path

from api_extract.describe import MARKS, page
from clockodo_source.tables import ENTRY_LOG, RESOURCES

PAGE = Path(__file__).parent / "README.md"
HEAD = f"""# Clockodo as a dlt source

```python
import dlt
from clockodo_source import clockodo

pipeline = dlt.pipeline("hours", destination="duckdb", dataset_name="clockodo_raw")
pipeline.run(clockodo())
```

Configured in `.dlt/config.toml` and `.dlt/secrets.toml` under `sources.clockodo`, or given as
`clockodo(Settings(...))`. `clockodo(resources=["entries", "users"])` reads only those.

All columns stand under the API's own names with values as received: numbers as doubles, counts and
ids as bigints, instants with their zone. {MARKS}

This page is written by `python -m clockodo_source.describe`.
"""


def written() -> str:
    """Return the whole page."""
    return page(HEAD, RESOURCES, ENTRY_LOG.table)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
