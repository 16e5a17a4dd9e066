"""Writes docs/data-map.md: what tells of people, where it is, and what becomes of it.

`python -m pipelines.data_map`
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from api_extract.tables import Table
from pipelines.forget import declared_snapshots
from pipelines.systems import SYSTEMS

PAGE = Path(__file__).parent.parent / "docs" / "data-map.md"
HEAD = """\
# Data map

What tells of people, where it is, and what becomes of it when `timehouse forget --user ID` forgets
a person. Made from the declarations of the columns by `python -m pipelines.data_map`.

- **emptied**: NULL in all rows of the person, as is `_undeclared`, and read as NULL from then on,
  though the tracker still tells it. Lists of several people keep only the id of this one.
- **stays**: hours, days, amounts, and these columns, on which figures hang. Whoever is not to keep
  them at all names them in `EXCLUDE_COLUMNS`; those days are then without known capacity.
- The number of a person stays: by it, rows stay countable. Who it was can be told only by the
  tracker, as long as it knows.
- `marts`, `intermediate` and `staging` are made anew from what is left: a person's name is then the
  number. So are copies made by `timehouse publish` and `timehouse report`, where they still are.
- A DuckDB file is written anew, as it keeps what was deleted until it needs the room. On a server,
  what was deleted stays on its disk and in its backups as that server decides (`VACUUM`).
- Beyond reach: names that others wrote into texts, names of customers or projects that are people,
  pages filed by `timehouse reconcile --report`, and copies that were moved, or made by other means.
- `forgotten_people` in the raw schema holds the numbers, so that no later sync brings anything
  back.
"""


def written() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(line for system in SYSTEMS for line in _system(system))])


def _system(name: str) -> Iterator[str]:
    yield f"## {name.title()}\n"
    yield "| table | whose | emptied | stays |"
    yield "|---|---|---|---|"
    for resource in SYSTEMS[name].resources.values():
        for table in resource.tables:
            if any(c.personal for c in table.loaded):
                yield _line(f"{name}_raw.{table.name}", table)
    for snapshot in declared_snapshots(name):
        meta = snapshot["config"].get("meta")
        if meta:
            emptied, names = meta.get("forgotten", []), meta.get("mentioning", [])
            whose = "user_id" if emptied else "others"
            yield _row(f"snapshots.{snapshot['name']}", whose, emptied, names, ())
    yield ""


def _line(place: str, table: Table) -> str:
    personal = [c.name for c in table.loaded if c.personal]
    emptied, names = table.forgotten, table.mentioning
    stays = [name for name in personal if name not in {*emptied, *names}]
    return _row(place, table.person or "others", emptied, names, stays)


def _row(
    place: str, whose: str, emptied: Sequence[str], names: Sequence[str], stays: Sequence[str]
) -> str:
    told = [*emptied, *(f"names in {name}" for name in names if name not in emptied)]
    return f"| `{place}` | {whose} | {', '.join(told)} | {', '.join(stays)} |"


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
