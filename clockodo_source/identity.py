"""Who reads, with which rights, in which time zone; and whether the dataset is theirs."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from api_extract.errors import Forbidden, Gone, YourMove
from api_extract.pages import Request
from clockodo_source.run import Run

# How a dataset and its state are laid out; a version that lays them out otherwise adds one.
LAYOUT = 1


class _Me(msgspec.Struct):
    id: int
    role: str | None = None
    timezone: str | None = None


class _MeAnswer(msgspec.Struct):
    data: _Me


def identify(run: Run) -> None:
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
    _check(run)
    run.report.filter = run.state["dataset"]["filter"]
    run.report.hard_budget_revenue = run.state["dataset"]["hard_budget_revenue"]


def _check(run: Run) -> None:
    """Compare with what the dataset was filled as: a dataset keeps its reader, zone and filter."""
    now = _facts(run)
    before = run.state.get("dataset")
    if before is not None:
        before = {"layout": 1, **before}  # the first ones did not say
        if before == now:
            return
        _refuse_a_newer_layout(before)
        _refuse_another_reader(run, before, now)
        _refuse_another_reading(run, before, now)
    run.state["dataset"] = now


def _facts(run: Run) -> dict[str, object]:
    """Return what a dataset is filled as: who reads, and what decides on rows and values."""
    settings = run.settings
    return {
        "layout": LAYOUT,
        "owner": run.report.owner,
        "role": run.report.owner_role,
        "timezone": run.report.timezone,
        "filter": {k: str(v) for k, v in sorted(settings.filter.items())},
        "hard_budget_revenue": settings.hard_budget_revenue,
        "exclude_columns": sorted(settings.exclude_columns),
        "hash_columns": sorted(settings.hash_columns),
    }


def _refuse_a_newer_layout(before: Mapping[str, Any]) -> None:
    if before["layout"] > LAYOUT:
        raise YourMove(
            "This warehouse was filled by a newer Timehouse. Upgrade this one, or use another"
            " warehouse."
        )


def _refuse_another_reader(
    run: Run, before: Mapping[str, object], now: Mapping[str, object]
) -> None:
    lost_role = before["role"] == "owner" != now["role"]
    if (before["owner"] == now["owner"] and not lost_role) or run.options.accept_narrower_rights:
        return
    raise YourMove(
        f"This dataset was filled with the key of user {before['owner']} ({before['role']});"
        f" this key is that of user {now['owner']} ({now['role']}), who may see less. Use the"
        " first key or another warehouse, or accept it with --accept-narrower-rights."
    )


def _refuse_another_reading(
    run: Run, before: Mapping[str, object], now: Mapping[str, object]
) -> None:
    if before["filter"] != now["filter"]:
        raise YourMove(
            f"This dataset was filled with the filter {before['filter'] or 'none'}, now it is"
            f" {now['filter'] or 'none'}: entries outside of it would be deleted. Use another"
            " warehouse or another --account for another filter."
        )
    for name in ("timezone", "hard_budget_revenue", "exclude_columns", "hash_columns"):
        if before[name] != now[name] and not run.everything:
            raise YourMove(
                f"This dataset was filled with {name} {before[name] or 'none'}, now it is"
                f" {now[name] or 'none'}. Run `timehouse sync --full`, without --resources, --since"
                " and --until, to read everything again that way."
            )


def _read_me(body: bytes) -> _Me:
    return msgspec.json.decode(body, type=_MeAnswer).data


def _company_zone(run: Run) -> str | None:
    try:
        company = run.read_list(run.shape("company"))["company"]
    except (Forbidden, Gone):  # deprecated, with no successor named
        return None
    zones: list[str | None] = company["timezone_default"].to_pylist()
    return zones[0] if zones else None
