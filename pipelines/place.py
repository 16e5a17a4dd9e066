"""Where a run works: the warehouse, the working folder beside it, and the lock on both."""

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.common.destination import Destination
from dlt.common.destination.exceptions import UnknownDestinationModule
from dlt.common.schema.exceptions import SchemaException
from dlt.common.storages.exceptions import StorageException
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.pipeline.exceptions import PipelineStateEngineNoUpgradePathException
from filelock import AcquireReturnProxy, FileLock, Timeout

from api_extract.errors import YourMove
from api_extract.windows import Window
from pipelines import lake
from pipelines.duck import Duck
from pipelines.lake import LAKE

# dlt makes one _ of several in the name of a schema, which two labels would then share.
LABEL = re.compile(r"(?=.{1,31}$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
SCHEMAS = {"staging", "snapshots", "intermediate", "marts", "marts_next"}
STAGING = "%s_staging"  # as dlt names the schema in which a load waits for its turn
# What dlt raises where its working folder was damaged, or written by a newer one.
UNREADABLE = (
    *(ValueError, KeyError, TypeError, AttributeError),
    *(SchemaException, StorageException, PipelineStateEngineNoUpgradePathException),
)


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
    """One account of one system in one warehouse; `warehouse` is the file if it is DuckDB's.

    `worker`: the days that a run fills while others fill other days of the same lake.
    """

    system: str = "clockodo"
    account: str = "main"
    warehouse: Path = Path("timehouse.duckdb")
    destination: str = "duckdb"
    worker: Window | None = None

    def __post_init__(self) -> None:
        if not LABEL.fullmatch(self.account):
            raise YourMove(
                f"--account {self.account!r}: a label is up to 31 lower-case letters and digits,"
                " with single _ between them."
            )
        schema = self.warehouse.stem
        if self.destination == "duckdb" and schema in {self.dataset, *SCHEMAS}:
            raise YourMove(
                f"--warehouse: DuckDB would take {schema} for the file, not for the schema."
                " Call the file otherwise."
            )

    @property
    def dataset(self) -> str:
        """The raw schema."""
        middle = "" if self.account == "main" else f"_{self.account}"
        return f"{self.system}{middle}_raw"

    @property
    def label(self) -> str:
        """How it is told from others."""
        return f"{self.system}, account {self.account}"

    @property
    def loading(self) -> str:
        """What is typed to load it."""
        label = "" if self.account == "main" else f" --account {self.account}"
        return f"`timehouse sync {self.system}{label}`"

    @property
    def asking(self) -> str:
        """What is typed to learn where it stands, in this folder and as this is configured."""
        words = [self.system] if self.system != Place.system else []
        words += ["--account", self.account] if self.account != Place.account else []
        words += ["--destination", self.destination] if self.destination != "duckdb" else []
        if self.destination == "duckdb" and self.warehouse != Place.warehouse:
            words += ["--warehouse", str(self.warehouse)]
        return f"`{shlex.join(['timehouse', 'status', *words])}`"

    @property
    def folder(self) -> Path:
        """The working folder; it may be lost, what matters is in the warehouse."""
        name = self.warehouse.name if self.destination == "duckdb" else self.destination
        return self.warehouse.parent.absolute() / ".timehouse" / name / self.tag

    @property
    def _locks(self) -> Path:
        """The file that is locked, for a warehouse the same by whichever name it is called."""
        if self.destination != "duckdb":
            return self.folder / "lock"
        file = Path(os.path.realpath(self.warehouse))
        return file.parent / ".timehouse" / file.name / "lock"

    @property
    def tag(self) -> str:
        """What of a worker is its own is called by its days."""
        days = (self.worker.since, self.worker.until) if self.worker else ()
        return "_".join(day.isoformat().replace("-", "") for day in days)

    @property
    def doubt(self) -> Path:
        """A note, if it is there, that what was loaded last is not known."""
        return self.folder / f"{self._pipeline_name}.doubt"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the warehouse, privately; raises filelock.Timeout where another run does."""
        with private(), self._lock():
            if self.destination == "duckdb":
                self._make_whole()
            with self._held_by_all():
                yield

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """Keep DuckDB's file open meanwhile, where otherwise each step opens and closes it."""
        with ExitStack() as kept:
            if self.destination == "duckdb":
                with suppress(duckdb.Error):  # the first step tells why it cannot be opened
                    kept.enter_context(duckdb.connect(str(self.warehouse.absolute())))
            yield

    @contextmanager
    def _held_by_all(self) -> Iterator[None]:
        """Hold what other machines could write, where there are others."""
        with ExitStack() as kept:
            if self.worker:  # what one that died has left here is read again
                shutil.rmtree(self.folder / self._pipeline_name, ignore_errors=True)
            if self.destination == LAKE:
                kept.enter_context(lake.held(self.credentials, self._held_as))
                client: Any = self.pipeline().sql_client()
                kept.enter_context(client)
                kept.enter_context(lake.kept_open(client))
            yield

    @property
    def _held_as(self) -> str:
        return f"{self.dataset} {self.tag}" if self.worker else ""

    @cached_property
    def credentials(self) -> Any:  # noqa: ANN401 - each destination has its own
        """How a server is reached, as dlt finds it configured."""
        return self.pipeline().destination_client().config.credentials

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other worker writes what all write, and keep them waiting meanwhile."""
        with ExitStack() as kept:
            if self.destination == LAKE:
                kept.enter_context(lake.turn(self.credentials))
            yield

    def _lock(self) -> AcquireReturnProxy[FileLock]:
        """Take the lock for a context, and with it find out whether the folder can be written."""
        try:
            if not self.warehouse.parent.is_dir():
                raise YourMove(f"--warehouse: there is no folder {self.warehouse.parent}.")
            for folder in (self.folder, self._locks.parent):
                folder.mkdir(parents=True, exist_ok=True)
            return FileLock(self._locks, timeout=0, mode=0o600).acquire()
        except Timeout:
            raise
        except OSError as error:
            raise YourMove(f"Cannot write {error.filename}: {error.strerror}.") from error

    def _make_whole(self) -> None:
        """Make the file whole or not at all, and refuse one that is not DuckDB's."""
        if not self.warehouse.exists():
            try:
                duckdb.connect(str(self.warehouse)).close()
            except duckdb.IOException:
                self.warehouse.unlink(missing_ok=True)
                raise
        elif not self.warehouse.is_file() or _magic(self.warehouse) != b"DUCK":
            raise YourMove(f"--warehouse: {self.warehouse} is no DuckDB file.")

    def pipeline(self) -> dlt.Pipeline:
        """Return the dlt pipeline; raises YourMove for a destination that cannot replace rows."""
        dlt.config["normalize.parquet_normalizer.add_dlt_load_id"] = True
        dlt.config["load.delete_completed_jobs"] = True  # personal data, and in the warehouse now
        dlt.config["load.truncate_staging_dataset"] = True  # likewise
        dlt.config["runtime.log_level"] = dlt.config.get("runtime.log_level") or "CRITICAL"
        dlt.current.run_context().initialize_runtime()  # its log was set up when it was imported
        try:
            pipeline = self._opened()
        except ConfigurationException:
            raise
        except UNREADABLE:
            shutil.rmtree(self.folder / self._pipeline_name)
            self.doubt.touch()
            pipeline = self._opened()
        capabilities = pipeline.destination.capabilities()
        merges = "delete-insert" in (capabilities.supported_merge_strategies or ())
        if not merges or capabilities.supports_transactions is False:
            raise YourMove(
                f"--destination {self.destination}: it cannot delete and insert in one"
                " transaction, so deleted entries would stay. Use duckdb, postgres or another"
                " with dlt's delete-insert merge; Parquet comes from a published copy."
            )
        # Where dlt does not say, as for DuckDB and PostgreSQL, it would commit each deletion alone.
        pipeline.destination.caps_params["supports_transactions"] = True
        # In the CSV that dlt writes for PostgreSQL, an empty text is taken for none.
        formats = [f for f in capabilities.supported_loader_file_formats or () if f != "csv"]
        pipeline.destination.caps_params["supported_loader_file_formats"] = formats
        return pipeline

    @property
    def _pipeline_name(self) -> str:
        return f"{self.system}_{self.account}"

    def _opened(self) -> dlt.Pipeline:
        """Open the working folder, reading all that a run would stumble over later."""
        try:
            pipeline: dlt.Pipeline = dlt.pipeline(
                self._pipeline_name,
                pipelines_dir=str(self.folder),
                destination=self._destination(),
                dataset_name=self.dataset,
            )
        except UnknownDestinationModule:
            raise YourMove(f"--destination {self.destination}: dlt knows no such.") from None
        for name in pipeline.schema_names:
            pipeline.schemas.load_schema(name)
        bool(pipeline.has_pending_data)
        return pipeline

    def _destination(self) -> str | Destination[Any, Any]:
        if self.destination == LAKE:
            dlt.config["load.workers"] = lake.WORKERS
            layout = f"{STAGING}_{self.tag}" if self.worker else STAGING
            return lake.Lake(destination_name=LAKE, staging_dataset_name_layout=layout)
        if self.destination != "duckdb":
            return self.destination
        credentials = DuckDbCredentials(str(self.warehouse.absolute()))
        credentials.global_config = {"memory_limit": memory_limit()}
        return Duck(credentials)


def memory_limit() -> str:
    """Return how much memory DuckDB may take before it uses the disk, as it writes that itself."""
    return _as_written(dlt.config.get("timehouse.memory_limit", str))


@cache
def _as_written(limit: str | None) -> str:
    with duckdb.connect() as connection:
        try:
            if limit is not None:
                connection.execute("SET memory_limit = ?", [limit])
        except duckdb.Error as error:
            raise YourMove(f"timehouse.memory_limit, such as 2GB: {error}") from None
        ((written,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    return str(written)


def _magic(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(12)[8:]
