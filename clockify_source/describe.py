"""Writes README.md of this package from the declarations: `python -m clockify_source.describe`."""

from pathlib import Path

from api_extract.describe import MARKS, page
from clockify_source.tables import ENTRY_LOG, RESOURCES

PAGE = Path(__file__).parent / "README.md"
HEAD = f"""# Clockify as a dlt source

```python
import dlt
from clockify_source import clockify

pipeline = dlt.pipeline("hours", destination="duckdb", dataset_name="clockify_raw")
pipeline.run(clockify())
```

Configured in `.dlt/config.toml` and `.dlt/secrets.toml` under `sources.clockify`, or given as
`clockify(Settings(...))`. `clockify(resources=["time_entries", "users"])` reads only those. What a
key sees of several workspaces stands in the same tables: `workspace_id` tells of which a row is.

All columns stand under the API's own names, written as `of_day` where it writes `ofDay`, with
values as received: ids as texts, money in minor units (cents), durations as the server writes them,
instants with their zone. {MARKS}

What an endpoint refuses because the workspace's plan lacks it is `optional`. On the free plan,
which allows 30 requests an hour, what the plan surely lacks is not asked for, and a run that has
used them up keeps what it has read.

This page is written by `python -m clockify_source.describe`.
"""


def written() -> str:
    """Return the whole page."""
    return page(HEAD, RESOURCES, ENTRY_LOG.table)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
