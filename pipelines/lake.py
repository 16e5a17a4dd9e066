"""The lake: DuckLake with its catalog in PostgreSQL and its data on S3, for several machines.

What a file beside the warehouse does for one machine, the catalog does for all: it holds the locks.
They are gone with the connection that took them, so nobody has to clear up after who died.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
from dlt.common.destination import DestinationCapabilitiesContext
from dlt.common.destination.client import LoadJob
from dlt.common.destination.typing import PreparedTableSchema
from dlt.common.schema import Schema
from dlt.common.schema.typing import TSchemaTables
from dlt.destinations import ducklake
from dlt.destinations.impl.ducklake.configuration import (
    DuckLakeClientConfiguration,
    DuckLakeCredentials,
)
from dlt.destinations.impl.ducklake.ducklake import DuckLakeClient
from dlt.destinations.impl.ducklake.sql_client import DuckLakeSqlClient
from dlt.destinations.job_client_impl import SqlLoadJob
from filelock import Timeout

from api_extract.errors import YourMove

LAKE = "ducklake"
# How often a commit is tried again whose number another one took; each try waits for a moment.
COMMITS = 100
WORKERS = 1  # two sessions of one connection at the same time do not always find each table


class Lake(ducklake):
    """dlt's destination, with a client of our own."""

    @property
    def client_class(self) -> type[DuckLakeClient]:
        """Return what writes."""
        return LakeClient


class LakeClient(DuckLakeClient):
    """Writes a lake that others write as well."""

    def __init__(
        self,
        schema: Schema,
        config: DuckLakeClientConfiguration,
        capabilities: DestinationCapabilitiesContext,
    ) -> None:
        config.credentials.global_config = {"ducklake_max_retry_count": COMMITS}
        super().__init__(schema, config, capabilities)
        own = self.sql_client
        self.sql_client = LakeSqlClient(
            own.dataset_name, own.staging_dataset_name, config.credentials, capabilities
        )

    def initialize_storage(self, *truncate_tables: Any, **named: Any) -> None:  # noqa: ANN401 - dlt's own
        """Make what is lacking; two who found the same lacking would be in each other's way."""
        with turn(self.config.credentials):
            super().initialize_storage(*truncate_tables, **named)

    def update_stored_schema(self, *tables: Any, **named: Any) -> TSchemaTables | None:  # noqa: ANN401 - dlt's own
        """Likewise."""
        with turn(self.config.credentials):
            return super().update_stored_schema(*tables, **named)

    def create_load_job(
        self,
        table: PreparedTableSchema,
        file_path: str,
        load_id: str,
        restore: bool = False,  # noqa: FBT001, FBT002 - dlt's own
    ) -> LoadJob:
        """Return the job that puts rows aside, which all do at once, or merges them in turn."""
        if SqlLoadJob.is_sql_job(file_path):
            return MergeJob(file_path)
        return super().create_load_job(table, file_path, load_id, restore)


class MergeJob(SqlLoadJob):
    """Merges alone: each sees what the one before has written, and no row gets in twice."""

    def run(self) -> None:
        """Wait for its turn, and merge."""
        client: Any = self._job_client
        with turn(client.config.credentials):
            super().run()


class LakeSqlClient(DuckLakeSqlClient):
    """Asks through the connection that a run keeps open: to find the lake takes a second."""

    _kept: duckdb.DuckDBPyConnection | None = None

    def open_connection(self) -> duckdb.DuckDBPyConnection:
        """Open another session of the one connection, or one by itself where there is none."""
        self._kept = _OPEN.get(self.attach_statement)
        if self._kept is None:
            return super().open_connection()
        self._conn = self._kept.cursor()
        self._conn.execute(f"USE {self.escape_column_name(self.credentials.ducklake_name)}")
        with suppress(duckdb.Error):  # the schema is not there yet
            self._conn.execute(f"SET search_path = '{self.fully_qualified_dataset_name()}'")
        return self._conn

    def close_connection(self) -> None:
        """Close it; what it has not committed is lost."""
        if self._kept is None:
            super().close_connection()
        elif self._conn:
            self._conn.close()
            self._conn = None  # type: ignore[assignment]  # as dlt does


_OPEN: dict[str, duckdb.DuckDBPyConnection] = {}


@contextmanager
def kept_open(client: LakeSqlClient) -> Iterator[None]:
    """Let this client's connection serve all others of its lake meanwhile."""
    _OPEN[client.attach_statement] = client.native_connection
    try:
        yield
    finally:
        del _OPEN[client.attach_statement]


@contextmanager
def connected(credentials: DuckLakeCredentials) -> Iterator[Any]:
    """Ask the catalog's server itself; yields a psycopg2 cursor."""
    try:
        import psycopg2  # noqa: PLC0415 - it belongs to the extra
    except ModuleNotFoundError:
        raise YourMove('The lake needs its libraries: pip install ".[lake]".') from None
    catalog = credentials.catalog
    if catalog is None or not catalog.drivername.startswith("postgres"):
        raise YourMove("--destination ducklake: its catalog must be a PostgreSQL database.")
    url = catalog.to_url().render_as_string(hide_password=False)
    connection = psycopg2.connect(url, keepalives_idle=60)
    try:
        connection.autocommit = True
        yield connection.cursor()
    finally:
        connection.close()


@contextmanager
def held(credentials: DuckLakeCredentials, worker: str) -> Iterator[None]:
    """Hold the lake: a worker beside other workers of other names, any other run alone.

    Raises filelock.Timeout where a run, on whatever machine, is in the way.
    """
    lake = _named(credentials, "run")
    with connected(credentials) as catalog:
        free = (
            _taken(catalog, "pg_try_advisory_lock_shared", lake)
            and _taken(catalog, "pg_try_advisory_lock", f"{lake} {worker}")
            if worker
            else _taken(catalog, "pg_try_advisory_lock", lake)
        )
        if not free:
            raise Timeout(lake)
        yield


@contextmanager
def turn(credentials: DuckLakeCredentials) -> Iterator[None]:
    """Wait for one's turn to write what all write; at its end the next may begin."""
    with connected(credentials) as catalog:
        _taken(catalog, "pg_advisory_lock", _named(credentials, "turn"))
        yield


def _named(credentials: DuckLakeCredentials, lock: str) -> str:
    return f"timehouse {_metadata(credentials)} {lock}"


def _metadata(credentials: DuckLakeCredentials) -> str:
    """Return the schema of the catalog that holds this lake's metadata."""
    return credentials.metadata_schema or credentials.ducklake_name


def _taken(catalog: Any, function: str, name: str) -> bool:  # noqa: ANN401 - psycopg2 has no types
    catalog.execute(f"SELECT {function}(hashtextextended(%s, 0))", (name,))
    return catalog.fetchone()[0] is not False


def environment(credentials: DuckLakeCredentials) -> dict[str, str]:
    """Return what the profile of the models must be told to find the lake."""
    catalog, storage = credentials.catalog, credentials.storage
    keys: Any = storage.credentials
    scheme, _, endpoint = (getattr(keys, "endpoint_url", None) or "").rpartition("://")
    told = {
        "name": credentials.ducklake_name,
        "catalog": catalog.to_url().render_as_string(hide_password=False),
        "metadata": _metadata(credentials),
        "data": credentials.storage_url,
        "key_id": getattr(keys, "aws_access_key_id", None),
        "secret": getattr(keys, "aws_secret_access_key", None),
        "token": getattr(keys, "aws_session_token", None),
        "region": getattr(keys, "region_name", None),
        "endpoint": endpoint,
        "use_ssl": "false" if scheme == "http" else "true",
        "url_style": getattr(keys, "s3_url_style", None) or "path",
    }
    return {f"TIMEHOUSE_LAKE_{name}".upper(): str(value) for name, value in told.items() if value}
