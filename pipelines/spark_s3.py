"""Parquet on S3: written by whoever holds the rows, and read by Spark's executors.

A module of its own, as each of Spark's processes that reads has to import it.
"""

import os
from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, S3FileSystem
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import StructType

SOURCE = "parquet_on_s3"
SPARK_TYPES = {
    "bool": "BOOLEAN",
    "date32[day]": "DATE",
    "double": "DOUBLE",
    "int32": "INT",
    "int64": "BIGINT",
    "string": "STRING",
    "timestamp[us, tz=UTC]": "TIMESTAMP",
}


def s3() -> S3FileSystem:
    """Return S3 as the environment has it; of whom and where, pyarrow leaves the latter to us."""
    return S3FileSystem(endpoint_override=os.environ.get("AWS_ENDPOINT_URL"))


def write(folder: str, rows: pa.RecordBatchReader) -> None:
    """Write so many rows a file, each to be read by itself; the first may be without any."""
    there = s3()
    there.create_dir(folder)
    there.delete_dir_contents(folder)
    stream, none = iter(rows), pa.RecordBatch.from_pylist([], rows.schema)
    for number, batch in enumerate(chain([next(stream, none)], stream)):
        with there.open_output_stream(f"{folder}/{number:06}.parquet") as file:
            pq.write_table(pa.Table.from_batches([batch]), file)


class ParquetOnS3(DataSource):
    """Parquet that executors read from S3 by pyarrow, as PySpark brings no driver for S3."""

    @classmethod
    def name(cls) -> str:
        """Return what SQL and readers call it."""
        return SOURCE

    @property
    def files(self) -> list[str]:
        """The files of the table."""
        found = s3().get_file_info(FileSelector(self.options["folder"]))
        return sorted(file.path for file in found if file.is_file)

    def schema(self) -> str:
        """Return the columns, as the first file has them."""
        schema = pq.read_schema(s3().open_input_file(self.files[0]))
        return ", ".join(f"`{field.name}` {_spark_type(field.type)}" for field in schema)

    def reader(self, schema: StructType) -> "Files":  # noqa: ARG002 - it is that of the files
        """Return who reads."""
        return Files(self.files)


class Files(DataSourceReader):
    """Reads each file by itself, wherever Spark lets it."""

    def __init__(self, files: list[str]) -> None:
        self._files = files

    def partitions(self) -> list[InputPartition]:
        """Return what can be read at the same time."""
        return [InputPartition(file) for file in self._files]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a file."""
        with s3().open_input_file(partition.value) as file:
            yield from pq.ParquetFile(file).iter_batches()


def _spark_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    return SPARK_TYPES[str(kind)]
