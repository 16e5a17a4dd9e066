"""`timehouse status`: how fresh and how whole the warehouse is."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from dlt.destinations.exceptions import DatabaseUndefinedRelation

from api_extract.errors import YourMove
from api_extract.report import Trouble
from api_extract.windows import Window, month_of
from pipelines.built import behind
from pipelines.ledger import Ledger
from pipelines.pending import legible
from pipelines.place import Place
from pipelines.systems import SYSTEMS, System


@dataclass
class Status:
    """The last run that loaded, and what the warehouse holds.

    `read_at`: as of when the entries of the current month were read, `age` how long ago that is.
    `rights`: columns a right decides on that were seen. `lacking`: resources that were refused.
    `agreed`: as of when each year last agreed with the tracker, None: never. `differing`: months
    that do not now. `marts`: why they are not of the last load, if so.
    """

    as_of: datetime
    read_at: datetime | None
    age: timedelta | None
    owner: int | str
    role: str | None
    timezone: str
    pending: bool
    rows: dict[str, int]
    rights: list[str]
    lacking: list[str]
    troubles: dict[str, str]
    oldest_window: tuple[Any, ...] | None
    agreed: dict[int, datetime | None]
    differing: list[date]
    marts: str


def status(place: Place, now: datetime) -> Status:
    """Read the books; raises YourMove where nothing was ever loaded."""
    if place.destination == "duckdb" and not place.warehouse.exists():
        raise YourMove(f"There is no warehouse {place.warehouse}. Run {place.loading} first.")
    with place.locked(), place.at_hand():
        pipeline = place.pipeline()
        with legible():
            pipeline.sync_destination()
        ledger = Ledger(pipeline, place)
        try:
            pending = bool(pipeline.has_pending_data)
            return _read(ledger, place, pending=pending, now=now)
        except DatabaseUndefinedRelation:
            raise YourMove(
                f"No run of {place.system}, account {place.account}, has ended in"
                f" {place.warehouse}. Run {place.loading}."
            ) from None


def _read(ledger: Ledger, place: Place, *, pending: bool, now: datetime) -> Status:
    system = SYSTEMS[place.system]
    last = ledger.read(
        "SELECT as_of, users_id, role, timezone, rights, undeclared FROM {api_identity}"
        " WHERE loaded ORDER BY ended_at DESC LIMIT 1"
    )
    if not last:
        raise YourMove(f"No run has loaded anything yet. Run {place.loading}.")
    as_of, owner, role, timezone, rights, undeclared = last[0]
    as_of = as_of.astimezone(UTC)
    latest = ledger.read(
        "SELECT s.resource, s.status, s.detail FROM {resource_status} AS s WHERE s.ended_at ="
        " (SELECT max(t.ended_at) FROM {resource_status} AS t WHERE t.resource = s.resource)"
    )
    windows = ledger.read(
        "SELECT window_from, window_until, read_at FROM {sync_windows}"
        f" WHERE resource = '{system.entries}' ORDER BY read_at, window_from LIMIT 1"
    )
    read_at = _read_at(ledger, system, now.astimezone(ZoneInfo(timezone)).date())
    return Status(
        as_of=as_of,
        read_at=read_at,
        age=None if read_at is None else now - read_at,
        owner=owner,
        role=role,
        timezone=timezone,
        pending=pending,
        rows=_rows(ledger, system),
        rights=json.loads(rights),
        lacking=sorted(name for name, state, _ in latest if state in ("forbidden", "missing")),
        troubles={
            name: f"{state}: {detail or ''}".rstrip(": ")
            for name, state, detail in latest
            if state in ("failed", *get_args(Trouble))
        }
        | dict.fromkeys(json.loads(undeclared), "nobody documented it; kept in _undeclared"),
        oldest_window=windows[0] if windows else None,
        agreed=ledger.agreements(),
        differing=sorted(month for month, (_, differs) in ledger.compared().items() if differs),
        marts=behind(place),
    )


def _read_at(ledger: Ledger, system: System, today: date) -> datetime | None:
    """Return when the entries of this month, or the newest before it, were read as a whole."""
    windows = ledger.read(
        "SELECT window_from, window_until, read_at FROM {sync_windows}"
        " WHERE resource = %s AND window_from <= %s ORDER BY window_from DESC",
        *(system.entries, today),
    )
    for since, until, read_at in windows:
        if Window(since, until) == month_of(since):
            return read_at.astimezone(UTC)  # type: ignore[no-any-return]  # a column's value
    return None


def _rows(ledger: Ledger, system: System) -> dict[str, int]:
    rows = {}
    for name in system.tables:
        try:
            rows[name] = ledger.read(f"SELECT count(*) FROM {{{name}}}")[0][0]
        except DatabaseUndefinedRelation:
            continue
    return rows
