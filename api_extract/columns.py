"""Page bytes to Arrow under a declared schema; what was not declared is kept as JSON."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import astuple

from api_extract.errors import Unexpected
from api_extract.forgotten import unnamed
from api_extract.tables import ARROW, UNDECLARED, Column, Kind, Table

# Carried beside the rows until they are compared, never loaded: which keys a row lacks.
ABSENT = pa.field("_absent", pa.list_(pa.string()))

Tree = dict[str, "Column | Tree"]

_PYTHON: dict[Kind, Any] = {
    "bigint": int,
    "double": float,
    "bool": bool,
    "text": str,
    "timestamp": str,
    "date": str,
    "json": Any,
}


@dataclass
class Seen:
    """What the answers held beside rows: how often a key was absent, and which were unknown."""

    rows: int = 0
    absent: Counter[str] = field(default_factory=Counter)
    undeclared: set[str] = field(default_factory=set)


class Reader:
    """Turns rows of one table, as JSON or as decoded objects, into Arrow columns.

    A typed decoder is strict at first; only where it meets an unknown key, a second and slower
    one reads the same rows again and keeps what is unknown in `_undeclared`. `forgotten`: people
    of whom nothing is read that tells who they were.
    """

    def __init__(self, table: Table, forgotten: Collection[int | str] = ()) -> None:
        self.table = table
        self._forgotten = forgotten
        self.seen = Seen()
        self.schema = table.full_schema.append(ABSENT)
        self._absent: dict[int, list[str]] = {}
        self._sorts = any(column.of_types for column in table.columns)
        self._types: list[Any] = []
        self._tree = _tree(table)
        self._strict = list[_struct(table.name, self._tree, strict=True)]  # type: ignore[misc]
        self._lenient = list[_struct(table.name, self._tree, strict=False)]  # type: ignore[misc]

    def read(self, rows: msgspec.Raw | list[dict[str, Any]]) -> pa.Table:
        """Return the rows as a table; raises Unexpected where a value has another type."""
        return self.checked(self._read(rows))

    def checked(self, table: pa.Table) -> pa.Table:
        """Return rows as they may be kept; raises Unexpected where one lacks its key."""
        self.seen.rows += table.num_rows
        for name in (*self.table.key, *filter(None, [self.table.window])):
            if table[name].null_count:
                raise Unexpected(f"{self.table.name}.{name}: a row has none")
        if self._forgotten:
            table = unnamed(table, self.table, self._forgotten, UNDECLARED.name)
        return table

    def empty(self) -> pa.Table:
        """Return a table without rows."""
        return self.schema.empty_table()

    def _read(self, rows: msgspec.Raw | list[dict[str, Any]]) -> pa.Table:
        self._absent = {}
        try:
            structs, unknown = self._decode(rows)
            leaves = _leaves([astuple(s) for s in structs], self._tree)
            self._types = [getattr(s, "type", None) for s in structs] if self._sorts else []
            arrays = {c.name: self._array(c, values) for c, values in leaves if c.loaded}
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unexpected(f"{self.table.name}: {said(error)}") from None
        arrays[UNDECLARED.name] = pa.array(unknown or pa.nulls(len(structs)), pa.string())
        lacking: list[list[str] | None] = [None] * len(structs)
        for n, names in self._absent.items():
            lacking[n] = names
        arrays[ABSENT.name] = pa.array(lacking, ABSENT.type)
        return pa.table(arrays, schema=self.schema)

    def _decode(
        self, rows: msgspec.Raw | list[dict[str, Any]]
    ) -> tuple[list[Struct], list[str | None]]:
        try:
            return _convert(rows, self._strict), []
        except msgspec.ValidationError:
            structs = _convert(rows, self._lenient)
        plain: list[dict[str, Any]] = _convert(rows, list[dict[str, Any]])
        extras = [_undeclared(row, self._tree) for row in plain]
        self.seen.undeclared.update(f"{self.table.name}.{k}" for extra in extras for k in extra)
        return structs, [_json(extra) if extra else None for extra in extras]

    def _array(self, column: Column, values: Sequence[Any]) -> pa.Array:
        if column.blank is not None:
            values = [None if v == column.blank else v for v in values]
        try:
            array = pa.array(values, wire_type(column)) if column.kind != "json" else None
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, OverflowError):
            array = None  # UNSET among the values, as for a key that is not in every row
        hides = column.hidden is not None and column.hidden in values
        if array is None or hides:
            absent = [
                n for n, v in enumerate(values) if v is UNSET or (hides and v == column.hidden)
            ]
            self.seen.absent[column.name] += len(absent)
            if column.right or column.sparse:
                if types := column.of_types:
                    absent = [n for n in absent if self._types[n] in types]
                for n in absent:
                    self._absent.setdefault(n, []).append(column.name)
            values = [None if v is UNSET else v for v in values]
            if column.kind == "json":
                values = [None if v is None else _json(v) for v in values]
        try:
            array = pa.array(values, wire_type(column)) if array is None else array
            array = cast(array, column.kind)
        except (pa.ArrowInvalid, OverflowError):
            raise Unexpected(
                f"{self.table.name}.{column.name}: not every value is a {column.kind}"
            ) from None
        return pseudonyms(array) if column.hashed else array


def pseudonyms(array: pa.Array) -> pa.Array:
    """Replace each value by the first 32 hex digits of its SHA-256."""
    return pa.array(
        [
            None if v is None else hashlib.sha256(str(v).encode()).hexdigest()[:32]
            for v in array.to_pylist()
        ],
        pa.string(),
    )


def loadable(table: pa.Table) -> pa.Table:
    """Return the rows without what is only carried beside them."""
    return table.drop_columns([ABSENT.name]) if ABSENT.name in table.column_names else table


def content_hash(table: pa.Table, key: Sequence[str]) -> str:
    """Return a digest of the rows that depends on neither their order nor their chunks."""
    rows = loadable(table).sort_by([(name, "ascending") for name in key]).combine_chunks()
    columns: list[pa.ChunkedArray] = []
    for column in rows.columns:
        blank = pa.scalar(_BLANKS.get(column.type, 0), column.type)
        columns += [pc.is_valid(column), pc.fill_null(column, blank)]
    sink = pa.BufferOutputStream()
    plain = pa.table(columns, [str(n) for n in range(len(columns))])
    with pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_table(plain)
    return hashlib.sha256(sink.getvalue()).hexdigest()[:32]


_BLANKS: dict[pa.DataType, object] = {pa.string(): "", pa.bool_(): False}


def _tree(table: Table) -> Tree:
    """Return the columns by the keys of the answer; an object is a tree of its own."""
    tree: Tree = {}
    for column in table.columns:
        keys = column.name.split("__")
        *parents, leaf = map(_camel, keys) if table.camel else keys
        node = tree
        for parent in parents:
            child = node.setdefault(parent, {})
            assert isinstance(child, dict), f"{parent} is a column and an object"  # noqa: S101 - a declaration of ours
            node = child
        node[leaf] = column
    return tree


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _struct(name: str, tree: Tree, *, strict: bool) -> type[Struct]:
    fields = []
    for key, node in tree.items():
        kind = _PYTHON[node.kind] if isinstance(node, Column) else _struct(key, node, strict=strict)
        missed = not isinstance(node, Column) or not node.of_types or node.right or node.sparse
        either = kind | None | UnsetType if missed else kind | None
        fields.append((key, either if kind is not Any else Any, UNSET if missed else None))
    return msgspec.defstruct(name, fields, gc=False, forbid_unknown_fields=strict)


def _convert(rows: msgspec.Raw | list[dict[str, Any]], into: Any) -> Any:  # noqa: ANN401 - a type made at run time
    if isinstance(rows, msgspec.Raw):
        return msgspec.json.decode(rows, type=into)
    return msgspec.convert(rows, into)


def _leaves(rows: Sequence[tuple[Any, ...]], tree: Tree) -> Iterator[tuple[Column, Sequence[Any]]]:
    """Yield each column with its values, walking into nested objects."""
    by_field = zip(*rows, strict=True) if rows else ([] for _ in tree)
    for node, values in zip(tree.values(), by_field, strict=True):
        if isinstance(node, Column):
            yield node, values
        else:
            nested = [astuple(v) if isinstance(v, Struct) else (v,) * len(node) for v in values]
            yield from _leaves(nested, node)


def _undeclared(row: dict[str, Any], tree: Tree) -> dict[str, Any]:
    extra = {k: v for k, v in row.items() if k not in tree}
    for key, node in tree.items():
        nested = row.get(key)
        if (
            isinstance(node, dict)
            and isinstance(nested, dict)
            and (more := _undeclared(nested, node))
        ):
            extra[key] = more
    return extra


def said(error: Exception) -> str:
    """Return what a decoder says, where that shows nothing of what it was to decode."""
    return str(error) if isinstance(error, msgspec.DecodeError) else "text that is no UTF-8"


def cast(array: pa.Array, kind: Kind) -> pa.Array:
    """Return values as they came, or the texts they came as, as what they are loaded as."""
    if array.type == ARROW[kind]:
        return array
    try:
        return array.cast(ARROW[kind])
    except pa.ArrowInvalid:
        if kind != "timestamp":
            raise
        # Some instants come with nanoseconds, which destinations do not keep.
        return array.cast(pa.timestamp("ns", tz="UTC")).cast(ARROW[kind], safe=False)


def wire_type(column: Column) -> pa.DataType:
    """Return what values come as: instants, days and JSON are texts."""
    return pa.string() if column.kind in ("timestamp", "date", "json") else ARROW[column.kind]


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
