"""How much each person is to work: one request a person, so once a day, and some at a time.

Who was read today is not asked for again, where that could be remembered, as something was loaded;
and who has left once only. Where requests run out, those who were read stay read, and it is
another's turn next time.
"""

from collections.abc import Collection, Iterator
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import ABSENT
from api_extract.errors import Forbidden, Later
from api_extract.reading import Shape
from api_extract.run import Lists, Run
from api_extract.spans import Batch
from clockify_source.lists import replaced
from clockify_source.reading import Clockify, Workspace, present, read_profile, read_users
from clockify_source.settings import Settings

NO_LONGER_HERE = ("DELETED", "LIMITED_DELETED")
NAME = "member_profiles"


def profiles(account: Clockify, shape: Shape) -> Iterator[Any]:
    """Replace the profiles of each workspace by those that are read."""
    facts: dict[str, dict[str, Any]] = {}
    batch = Batch(account.run, shape)
    yield from replaced(account, batch, lambda each: _read(account.run, each, facts), facts)


def _read(run: Run[Settings], workspace: Workspace, facts: dict[str, Any]) -> Lists | None:
    """Return all profiles of a workspace, as far as they are known; None: they were read today."""
    users = read_users(run, workspace.id)["users"]
    is_here = pc.invert(pc.is_in(users["status"], pa.array(NO_LONGER_HERE)))
    people: list[str] = users.filter(is_here)["id"].to_pylist()
    here = present(run, workspace.id)
    table = run.shape(NAME).tables[0]
    held = run.known.rows(table, "workspace_id = %s", workspace.id)
    before = run.remembered(NAME).get(workspace.id, {})
    nobody = set(before.get("nobody", ()))
    known = nobody.union(held["user_id"].to_pylist())
    is_read = before.get("read_on") == str(run.today) and not run.options.full
    again = {*before["unread"]} if is_read else {*people} if run.options.full else here
    asked = [person for person in people if person in again or person not in known]
    if is_read and not asked:
        return None
    found = _asked_for(run, workspace, asked, known)
    shown = [person for person, profile in found.items() if profile]
    if not is_read and len(found) == len(asked) > len(shown) == 0:
        raise Forbidden(f"{run.shape(NAME).resource.endpoint}: nobody's profile is shown.")
    unread = sorted({*asked} - found.keys())
    facts[workspace.id] = {
        "read_on": str(run.today) if unread or not _is_alone(run) else before.get("read_on", ""),
        "unread": unread,
        "nobody": sorted((nobody | found.keys()) - {*shown}),
    }
    # Of whom no profile is shown any more, or who was not asked for, the last one stays.
    kept = held.filter(pc.is_in(held["user_id"], pa.array({*people} - {*shown}, pa.string())))
    kept = kept.append_column(ABSENT, pa.nulls(kept.num_rows, ABSENT.type))
    rows = [profile[table.name] for profile in found.values() if profile]
    return {table.name: pa.concat_tables([kept, *rows])}


def _asked_for(
    run: Run[Settings], workspace: Workspace, people: Collection[str], known: Collection[str]
) -> dict[str, Lists | None]:
    """Return the profiles of people, first of those who have none, until no request is left."""
    found: dict[str, Lists | None] = {}
    for person in sorted(people, key=lambda each: (each in known, _turn(run, each))):
        try:
            found[person] = read_profile(run, workspace.stamp._replace(user=person))
        except Later as error:
            if not found:
                raise
            run.postpone(NAME, (), error)
            break
    return found


def _turn(run: Run[Settings], person: str) -> bytes:
    """Return what puts people into another order in each run."""
    return blake2b(f"{run.options.as_of} {person}".encode()).digest()


def _is_alone(run: Run[Settings]) -> bool:
    """Tell whether nothing else is loaded: then it is no news either that all were read today."""
    return all(resource.status != "loaded" for resource in run.report.resources.values())
