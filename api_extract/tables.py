"""How a table is declared: its columns, its key, and what is replaced when it is read again."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import pyarrow as pa

from api_extract.errors import YourMove

Kind = Literal["bigint", "double", "bool", "text", "timestamp", "date", "json"]

ARROW: dict[Kind, pa.DataType] = {
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "json": pa.string(),
}


@dataclass(frozen=True)
class Column:
    """One column under the API's own name; `a__b` is the key `b` of the object `a`.

    `right`: the key is absent where the reader lacks a right, or holds the value `hidden`.
    `sparse`: it is absent where the row was read in one of several ways. A known value stays, as
    long as the columns it `follows` stay as they were; `a=b`: as no `b` contradicts the old `a`.
    `of_types`: only rows whose key `type` is one of these have it; where others lack it is no news.
    `blank`: the text that stands for no value, and becomes NULL.
    `personal`: tells of a person; `counted`: figures hang on it, so that it stays when the person
    is forgotten; `lists_people`: its objects are people, by id and name. `loaded=False`: known, and
    never to be kept. `hashed`: kept as a pseudonym.
    """

    name: str
    kind: Kind
    description: str
    right: bool = False
    sparse: bool = False
    of_types: tuple[int, ...] = ()
    follows: tuple[str, ...] = ()
    hidden: int | None = None
    blank: str | None = None
    personal: bool = False
    counted: bool = False
    lists_people: bool = False
    loaded: bool = True
    hashed: bool = False


UNDECLARED = Column("_undeclared", "json", "Keys of the answer that nobody documented.")


@dataclass(frozen=True)
class Table:
    """A raw table. `window` names the column by whose spans it is replaced; None: as a whole.

    `per` narrows that to one value of that column, for lists asked for person by person, say.
    `roams`: what this column names may move between windows: read in one, it leaves all others.
    `needed`: columns that reading itself hangs on, beside the key. `grows`: rows are added and
    never replaced by a later reading. `newest`: of two rows with one key in the same load, the
    one with the later value in this column counts. `camel`: the API writes its keys in camelCase,
    so that the column `of_day__rate` is the key `rate` of the object `ofDay`. `person` names the
    column that tells whose a row is.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str
    window: str | None = None
    per: str | None = None
    roams: str | None = None
    grows: bool = False
    newest: str | None = None
    needed: tuple[str, ...] = ()
    camel: bool = False
    person: str | None = None
    loaded: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "loaded", tuple(c for c in self.columns if c.loaded))

    def kind(self, column: str) -> Kind:
        """Return the kind of a column by its name."""
        return next(c.kind for c in self.columns if c.name == column)

    @property
    def follows(self) -> dict[str, tuple[str, ...]]:
        """The columns whose known values hang on others, and on which."""
        return {c.name: c.follows for c in self.loaded if c.follows}

    @property
    def forgotten(self) -> tuple[str, ...]:
        """The columns that are emptied in the rows of a person who is forgotten."""
        if self.person is None:
            return ()
        return tuple(c.name for c in self.loaded if c.personal and not c.counted)

    @property
    def mentioning(self) -> tuple[str, ...]:
        """The columns whose lists name other people than the one whose the row is."""
        return tuple(c.name for c in self.loaded if c.lists_people)

    @property
    def in_parts(self) -> bool:
        """Whether parts of it are replaced, rather than all at once."""
        return self.window is not None or self.per is not None

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the loaded columns; keys are not nullable."""
        return pa.schema(
            [
                pa.field(
                    c.name,
                    pa.string() if c.hashed else ARROW[c.kind],
                    nullable=c.name not in self.key,
                )
                for c in self.loaded
            ]
        )

    @property
    def full_schema(self) -> pa.Schema:
        """The schema with the column of what nobody declared."""
        return self.schema.append(pa.field(UNDECLARED.name, pa.string()))

    def guarded(self, exclude: Iterable[str], hashed: Iterable[str]) -> "Table":
        """Return the table without the excluded columns and with the hashed ones hashed.

        Columns are named `table.column`. Keys and window columns hold the table together and
        can be neither; asking for it, or for a column that does not exist, is `YourMove`.
        """
        out, pseudonyms = self._own(exclude), self._own(hashed)
        for name in sorted(pseudonyms):
            if self.kind(name) != "text":
                raise YourMove(f"{self.name}.{name} is no text: it can be left out, not hashed.")
        return replace(
            self,
            columns=tuple(
                replace(c, loaded=c.loaded and c.name not in out, hashed=c.name in pseudonyms)
                for c in self.columns
            ),
        )

    def _own(self, names: Iterable[str]) -> set[str]:
        mine = {n.partition(".")[2] for n in names if n.partition(".")[0] == self.name}
        if unknown := mine - {c.name for c in self.columns}:
            raise YourMove(f"{self.name} has no column {', '.join(sorted(unknown))}.")
        if needed := mine & {
            *self.key,
            *self.needed,
            self.window,
            self.per,
            self.newest,
            self.person,
        }:
            names_needed = ", ".join(sorted(str(n) for n in needed))
            raise YourMove(
                f"{self.name} is kept by {names_needed}: it cannot be left out or hashed."
            )
        return mine
