"""Pages of plain rows parsed by Arrow itself, which other threads need not wait for.

Python's objects are made by one thread at a time. Here are none, so that pages are parsed where
they are fetched, beside all else. Whatever is out of the ordinary is left to `columns.Reader`.
"""

from collections.abc import Iterator, Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

from api_extract.columns import ABSENT, cast, pseudonyms, wire_type
from api_extract.pages import Page
from api_extract.tables import Column, Table

ROWS = "rows"


class Flat:
    """Reads rows of one table as `Reader` does, where all is as declared and no key is absent.

    But of those that only other types of rows have.
    """

    def __init__(self, table: Table) -> None:
        self._columns = table.columns
        self._schema = table.full_schema.append(ABSENT)
        self._parse = json.ParseOptions(
            explicit_schema=pa.schema(
                {ROWS: pa.list_(pa.struct([(c.name, wire_type(c)) for c in table.columns]))}
            ),
            newlines_in_values=True,
            unexpected_field_behavior="error",
        )
        self._fits = not table.camel and not any(
            "__" in c.name or c.kind == "json" or c.blank is not None for c in table.columns
        )

    def parse(self, rows: msgspec.Raw) -> pa.Table | None:
        """Return what Arrow makes of the rows, if it takes them; any thread may ask for it."""
        if not self._fits:
            return None
        body = b"".join((b'{"%b":' % ROWS.encode(), rows, b"}"))
        whole = json.ReadOptions(use_threads=False, block_size=len(body) + 1)
        try:
            return json.read_json(pa.BufferReader(body), whole, self._parse)
        except pa.ArrowInvalid:
            self._fits = False
            return None

    def read(self, pages: Sequence[Page]) -> pa.Table | None:
        """Return the rows of all pages; None, and so from then on, where any is not plain.

        At once, as each step waits for its turn among the threads that fetch.
        """
        parsed = [page.parsed for page in pages if page.parsed is not None]
        if len(parsed) < len(pages) or not pages:
            return None
        lists = pa.concat_tables(parsed)[ROWS].combine_chunks()
        listed = lists.flatten()
        try:
            listed.validate(full=True)  # that texts are UTF-8
            arrays = {c.name: listed.field(n) for n, c in enumerate(self._columns)}
            fits = not lists.null_count and self._is_told(arrays, pages)
            loaded = [_loaded(c, arrays[c.name]) for c in self._columns if c.loaded]
        except pa.ArrowInvalid:
            fits = False
        if not fits:
            self._fits = False
            return None
        beside = [pa.nulls(len(listed), kind) for kind in (pa.string(), ABSENT.type)]
        return pa.table([*loaded, *beside], schema=self._schema)

    def _is_told(self, arrays: dict[str, pa.Array], pages: Sequence[Page]) -> bool:
        """Tell whether each row has all keys it may have, and none hides a value.

        In a text, the second quote of a key would have a backslash before it.
        """
        for column in self._columns:
            array, key = arrays[column.name], b'"%b":' % column.name.encode()
            if column.hidden is not None and pc.any(pc.equal(array, column.hidden)).as_py():
                return False
            if column.kind == "double" and pc.any(pc.is_inf(array)).as_py():
                return False  # larger than any double
            if column.of_types and (column.right or column.sparse):
                own = pc.is_in(arrays["type"], pa.array(column.of_types, pa.int64()))
                array = array.filter(own)
                told = not array.null_count
            elif column.right or column.sparse:
                told = not array.null_count or sum(_counts(key, pages)) == len(array)
            else:
                # Of one that writes this null, none is taken to leave it out.
                null = key + b"null"
                told = bool(column.of_types) or not array.null_count
                told = told or any(_counts(null, pages))
            if not told:
                return False
        return True


def _counts(text: bytes, pages: Sequence[Page]) -> Iterator[int]:
    return (memoryview(page.rows).tobytes().count(text) for page in pages)


def _loaded(column: Column, array: pa.Array) -> pa.Array:
    array = cast(array, column.kind)
    return pseudonyms(array) if column.hashed else array
