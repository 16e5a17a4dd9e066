"""Who reads, with which rights, in which time zone; and whether the dataset is theirs."""

from zoneinfo import ZoneInfo, available_timezones

import msgspec

from api_extract.dataset import keep_to
from api_extract.errors import Forbidden, Gone
from api_extract.pages import Request
from api_extract.session import Answer
from clockodo_source.reading import Clockodo, read_once


class _Me(msgspec.Struct):
    id: int
    role: str | None = None
    timezone: str | None = None


class _MeAnswer(msgspec.Struct):
    data: _Me


def identify(run: Clockodo) -> None:
    """Fill in the reader and the zone; refuse a dataset that is another reader's.

    The zone is the configured one, else the company's, else the reader's, else UTC.
    """
    me = run.session.fetch(Request("/v4/users/me"), _read_me)
    run.report.owner, run.report.owner_role = me.id, me.role
    zone = run.settings.timezone or _company_zone(run) or me.timezone
    if zone not in available_timezones():
        run.report.notes.append("The account names no time zone; UTC is used. Set TIMEZONE.")
        zone = "UTC"
    run.zone = ZoneInfo(str(zone))
    run.report.timezone = str(zone)
    facts = {
        "owner": me.id,
        "role": me.role,
        "timezone": str(zone),
        "filter": {k: str(v) for k, v in sorted(run.settings.filter.items())},
        "hard_budget_revenue": run.settings.hard_budget_revenue,
    }
    keep_to(run, facts, ("timezone", "hard_budget_revenue"), {"owner"})


def _read_me(answer: Answer) -> _Me:
    return msgspec.json.decode(answer.body, type=_MeAnswer).data


def _company_zone(run: Clockodo) -> str | None:
    try:
        company = read_once(run, "company")["company"]
    except (Forbidden, Gone):  # deprecated, with no successor named
        return None
    zones: list[str | None] = company["timezone_default"].to_pylist()
    return zones[0] if zones else None
