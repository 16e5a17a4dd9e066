"""From the tracker's pages to committed rows: this project beside the limit and the peers.

Every contender is a process of its own, measured from the outside, imports included.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from api_extract.tables import Kind
from benchmarks.outside import ROOT, TIMEHOUSE, Cost, cost
from benchmarks.tracker import APPLICATION, Tracker, tracker
from clockodo_source.tables_entries import ENTRIES_WIRE

SINCE = datetime(2021, 11, 1, tzinfo=UTC)
ROUNDS = 3  # each tries every contender: a busy moment of the machine does not hit one alone
LIMIT = "limit"
STAGES = (OURS := "first load", CHANGED := "all changed", SAME := "nothing changed")
SQL: dict[Kind, str] = {
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "text": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
    "date": "DATE",
    "json": "JSON",
}
AIRBYTE = ROOT / ".venv-airbyte/bin/source-declarative-manifest"


@dataclass
class Tried:
    """What several runs of one contender took, with so many entries."""

    entries: int
    costs: list[Cost] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Entries a second, the median of all runs."""
        return self.entries / median(cost.wall for cost in self.costs)


def run(entries: int, few: int) -> Iterator[str]:
    """Yield the lines of the report; the slow ones are tried with few entries."""
    for count in dict.fromkeys((few, entries)):
        yield from table(measure(count, [LIMIT, "timehouse"], ROUNDS), LIMIT)
    # Once, with the limit and us beside them, as the slowest would take minutes with more.
    yield from table(measure(few, [LIMIT, "timehouse", "parquet", "rest_api", "airbyte"], 1), OURS)
    fewest = few // 10
    yield from table(measure(fewest, [LIMIT, "timehouse", "parquet", "defaults"], 1), OURS)


def measure(entries: int, names: Sequence[str], rounds: int) -> dict[str, Tried]:
    """Try contenders in turn."""
    found: dict[str, Tried] = {}
    with tracker(entries, SINCE) as served:
        for _ in range(rounds):
            for name in names:
                for stage, took in _runs(name, served):
                    found.setdefault(stage, Tried(entries)).costs.append(took)
    return found


def table(found: dict[str, Tried], reference: str) -> Iterator[str]:
    """Yield a table; all rates are also told as multiples of the reference's."""
    runs = max(len(tried.costs) for tried in found.values())
    yield f"{found[reference].entries:,} entries, runs of each: {runs}"
    yield ""
    yield f"| way | entries/s | seconds | spread | CPU seconds | peak MB | of {reference} |"
    yield f"|---|{'---:|' * 6}"
    for name, tried in found.items():
        walls = sorted(cost.wall for cost in tried.costs)
        cpu = median(cost.cpu for cost in tried.costs)
        peak = max(cost.peak for cost in tried.costs)
        yield (
            f"| {name} | {tried.rate:,.0f} |"
            f" {median(walls):.1f} | {walls[0]:.1f} to {walls[-1]:.1f} |"
            f" {cpu:.1f} | {peak / 1e6:,.0f} | {tried.rate / found[reference].rate:.3f} |"
        )
    yield ""


def _runs(name: str, served: Tracker) -> Iterator[tuple[str, Cost]]:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        if name == "timehouse":
            yield from _timehouse(here, served)
        elif name == "airbyte":
            yield name, cost(_airbyte(here, served), here, {})
        else:
            columns = {column.name: SQL[column.kind] for column in ENTRIES_WIRE.columns}
            asked = {"pages": served.pages, "headers": served.headers, "columns": columns}
            module = ["benchmarks.limit"] if name == LIMIT else ["benchmarks.contenders", name]
            (here / "asked.json").write_text(json.dumps(asked))
            yield name, cost([sys.executable, "-m", *module], here, {})


def _timehouse(here: Path, served: Tracker) -> Iterator[tuple[str, Cost]]:
    words, full = [*TIMEHOUSE, "sync", "--resources", "entries"], ["--full"]
    served.becomes(edited=False)
    yield OURS, cost(words, here, served.environment)
    served.becomes(edited=True)
    yield CHANGED, cost([*words, *full], here, served.environment)
    yield SAME, cost([*words, *full], here, served.environment)


def _airbyte(here: Path, served: Tracker) -> list[str]:
    """Write down what it needs; return the command that extracts, and has no destination."""
    told = {"url": served.url, "user": served.user, "key": served.key, "application": APPLICATION}
    modes = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    stream = {"name": "entries", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    (here / "config.json").write_text(json.dumps(told))
    (here / "catalog.json").write_text(json.dumps({"streams": [{"stream": stream, **modes}]}))
    files = ["--config", "config.json", "--catalog", "catalog.json"]
    return [str(AIRBYTE), "read", *files, "--manifest-path", str(ROOT / "benchmarks/airbyte.yaml")]
