"""Ids as Clockify writes them, 24 hexadecimal digits, made of a kind and a number of the world's.

    64070000 01 000000000aae61
    kind     workspace, number

Within a kind they grow with the number, as the vendor's grow with time.
"""

from datetime import date
from typing import NamedTuple

KINDS = (
    *("workspaces", "users", "user_groups", "clients", "projects", "tasks", "tags", "entries"),
    *("breaks", "holiday_entries", "time_off_entries", "holidays", "policies", "requests"),
    *("half_days", "custom_fields", "expenses", "categories", "invoices", "approvals"),
    *("currencies", "kiosks"),
)
PREFIXES = {kind: f"{0x6400_0000 + (n << 16):08x}" for n, kind in enumerate(KINDS)}
KIND_OF = {prefix: kind for kind, prefix in PREFIXES.items()}
# Known to all workspaces alike.
EVERYWHERE = {"workspaces", "users"}
LENGTH = 24
# Each of these is as many numbers as fit into the part before it.
SERVICES, DATES = 100_000, 100_000_000


class Meaning(NamedTuple):
    """What an id says: `number` is the world's, or put together by one of the functions below."""

    kind: str
    workspace: int
    number: int


def hex_id(kind: str, number: int, workspace: int = 1) -> str:
    """Write an id."""
    return f"{PREFIXES[kind]}{0 if kind in EVERYWHERE else workspace:02x}{number:014x}"


def meaning(key: str) -> Meaning | None:
    """Read an id; None where it is none of ours."""
    kind = KIND_OF.get(key[:8])
    if kind is None or len(key) != LENGTH:
        return None
    try:
        return Meaning(kind, int(key[8:10], 16), int(key[10:], 16))
    except ValueError:
        return None


def number_of(key: str) -> int:
    """Tell the number behind an id that is surely ours."""
    found = meaning(key)
    if found is None:
        raise KeyError(key)
    return found.number


def task_number(projects_id: int, services_id: int) -> int:
    """Give the number of a task: a project's own share of a service."""
    return projects_id * SERVICES + services_id


def project_and_service(task: int) -> tuple[int, int]:
    """Tell what a task is made of."""
    return divmod(task, SERVICES)


def dated(number: int, day: date) -> int:
    """Give the number of something that happens to somebody on a day."""
    return number * DATES + day.year * 10_000 + day.month * 100 + day.day
