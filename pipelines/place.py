"""Where a run works: the warehouse, the working folder beside it, and the lock on both."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dlt
from dlt.common.destination import Destination
from dlt.common.destination.exceptions import UnknownDestinationModule
from filelock import FileLock

from api_extract.errors import YourMove

LABEL = re.compile(r"[a-z][a-z0-9_]{0,30}")


@contextmanager
def private() -> Iterator[None]:
    """Let whatever this process makes meanwhile be its owner's alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@dataclass(frozen=True)
class Place:
    """One account of one system in one warehouse; `warehouse` is the file if it is DuckDB's."""

    system: str = "clockodo"
    account: str = "main"
    warehouse: Path = Path("timehouse.duckdb")
    destination: str = "duckdb"

    def __post_init__(self) -> None:
        if not LABEL.fullmatch(self.account):
            raise YourMove(
                f"--account {self.account!r}: a label is lower-case letters, digits and _."
            )

    @property
    def dataset(self) -> str:
        """The raw schema."""
        middle = "" if self.account == "main" else f"_{self.account}"
        return f"{self.system}{middle}_raw"

    @property
    def folder(self) -> Path:
        """The working folder; it may be lost, what matters is in the warehouse."""
        name = self.warehouse.name if self.destination == "duckdb" else self.destination
        return self.warehouse.parent.absolute() / ".timehouse" / name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the warehouse, privately; raises filelock.Timeout where another run does."""
        if not self.warehouse.parent.is_dir():
            raise YourMove(f"--warehouse: there is no folder {self.warehouse.parent}.")
        with private():
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock", timeout=0, mode=0o600):
                yield

    def pipeline(self) -> dlt.Pipeline:
        """Return the dlt pipeline; raises YourMove for a destination that cannot replace rows."""
        dlt.config["normalize.parquet_normalizer.add_dlt_load_id"] = True
        dlt.config["load.delete_completed_jobs"] = True  # personal data, and in the warehouse now
        dlt.config["runtime.dlthub_telemetry"] = False
        dlt.config["runtime.log_level"] = dlt.config.get("runtime.log_level") or "WARNING"
        try:
            pipeline: dlt.Pipeline = dlt.pipeline(
                f"{self.system}_{self.account}",
                pipelines_dir=str(self.folder),
                destination=self._destination(),
                dataset_name=self.dataset,
            )
        except UnknownDestinationModule:
            raise YourMove(f"--destination {self.destination}: dlt knows no such.") from None
        capabilities = pipeline.destination.capabilities()
        if "delete-insert" not in (capabilities.supported_merge_strategies or ()):
            raise YourMove(
                f"--destination {self.destination}: it cannot delete and insert in one"
                " transaction, so deleted entries would stay. Use duckdb, postgres or another"
                " with dlt's delete-insert merge; Parquet comes from a published copy."
            )
        return pipeline

    def _destination(self) -> str | Destination[Any, Any]:
        if self.destination != "duckdb":
            return self.destination
        return dlt.destinations.duckdb(str(self.warehouse.absolute()))
