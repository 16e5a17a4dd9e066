"""Who reads, which workspaces, with which rights, in which time zone; and whose dataset it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from api_extract.dataset import keep_to
from api_extract.errors import Forbidden, Gone, NarrowerRights, YourMove
from api_extract.pages import Request
from api_extract.run import Run
from api_extract.session import Answer
from clockify_source.api import on_free_plan
from clockify_source.reading import ALL_SEEING, Clockify, Workspace, read_users, read_workspaces
from clockify_source.settings import Settings

T = TypeVar("T")

ADDON = "an add-on"  # reads in nobody's name


class _Preferences(msgspec.Struct, rename="camel"):
    time_zone: str | None = None


class _Me(msgspec.Struct):
    id: str
    settings: _Preferences | None = None


def identify(account: Clockify) -> None:
    """Fill in the reader, the zone and the workspaces; refuse a dataset that is another reader's.

    The zone is the configured one, else that of the key's owner, else UTC. His role is the lowest
    that he has in any of the workspaces.
    """
    run = account.run
    me = _me(run)
    account.workspaces = [_known(run, found, me.id) for found in _workspaces(run)]
    zone = run.settings.timezone or (me.settings and me.settings.time_zone)
    if zone not in available_timezones():
        run.report.notes.append("The key's owner has no time zone; UTC is used. Set TIMEZONE.")
        zone = "UTC"
    run.zone = ZoneInfo(str(zone))
    run.report.timezone = str(zone)
    run.report.owner = me.id
    run.report.owner_role = _lowest(account.workspaces)
    chosen = ",".join(sorted(run.settings.workspaces))
    facts = {
        "owner": me.id,
        "role": run.report.owner_role,
        "timezone": str(zone),
        "filter": {"workspaces": chosen} if chosen else {},
    }
    keep_to(run, facts, ("timezone",), ALL_SEEING)
    _keep_workspaces(run, account.workspaces)


def _me(run: Run[Settings]) -> _Me:
    """Return the key's owner; an add-on may have none."""
    try:
        return run.session.fetch(Request("/user"), lambda came: _decoded(came, _Me))
    except (Forbidden, Gone):
        if not run.settings.addon_token:
            raise
        return _Me(ADDON)


def _workspaces(run: Run[Settings]) -> list[Workspace]:
    """Return the workspaces to read, in the order of their ids, before anybody's role is known."""
    rows = read_workspaces(run)["workspaces"]
    ids, plans = rows["id"].to_pylist(), rows["feature_subscription_type"].to_pylist()
    chosen = set(run.settings.workspaces or ids)
    if lacking := chosen - set(ids):
        raise YourMove(f"The key sees no workspace {', '.join(sorted(lacking))}. Check WORKSPACES.")
    if not ids:
        raise YourMove("The key sees no workspace.")
    found = sorted(zip(ids, plans, strict=True))
    return [Workspace(id_, (plan or "").upper()) for id_, plan in found if id_ in chosen]


def _known(run: Run[Settings], workspace: Workspace, me: str) -> Workspace:
    """Return a workspace with the role of the key's owner; from now on its limit holds."""
    limit = on_free_plan(workspace.id)
    if workspace.is_free and limit not in run.session.limiter.limits:
        run.session.limiter.limits += (limit,)
    users = read_users(run, workspace.id)["users"]
    roles = dict(zip(users["id"].to_pylist(), users["roles"].to_pylist(), strict=True))
    return replace(workspace, role="owner" if me == ADDON else _role(roles.get(me)))


def _role(roles: str | None) -> str | None:
    """Return what the vendor's words for somebody's roles come to; None where it tells none."""
    if roles is None:
        return None
    if "OWN" in roles:
        return "owner"
    return "admin" if "ADMIN" in roles else "member"


def _lowest(workspaces: Sequence[Workspace]) -> str | None:
    """Return the role in which least is seen."""
    roles = {each.role for each in workspaces}
    return next(role for role in (None, "member", "admin", "owner") if role in roles)


def _keep_workspaces(run: Run[Settings], workspaces: Sequence[Workspace]) -> None:
    """Refuse to go on without a workspace that was read before."""
    before: list[str] = run.state.get("workspaces", [])
    now = [each.id for each in workspaces]
    lost = sorted(set(before) - set(now))
    if lost and not run.settings.workspaces and not run.options.accept_narrower_rights:
        raise NarrowerRights(
            f"The key no longer sees workspace {', '.join(lost)}. Nothing was changed. Give the"
            " key's owner access again, or accept it with --accept-narrower-rights: what is known"
            " of it is then kept."
        )
    if sorted({*before, *now}) != before:
        run.state["workspaces"] = sorted({*before, *now})


def _decoded(answer: Answer, kind: type[T]) -> T:
    return msgspec.json.decode(answer.body, type=kind)
