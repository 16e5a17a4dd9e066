"""Who reads, which workspaces, with which rights, in which time zone; and whose dataset it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar
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
ROLES = (None, "member", "admin", "owner")  # each sees more than those before it
EITHER = (
    " Nothing was changed. Give the key's owner access again, or accept it with"
    " --accept-narrower-rights: what is known of it is then kept."
)

ASKED_BEFORE = 2  # requests that tell who asks and where: they may count for a workspace, too


class _Preferences(msgspec.Struct, rename="camel"):
    time_zone: str | None = None


class _Me(msgspec.Struct):
    id: str
    settings: _Preferences | None = None


def identify(account: Clockify) -> None:
    """Fill in the reader, the zone and the workspaces; refuse a dataset that is another reader's.

    The zone is the configured one, else that of the key's owner, else UTC. The role that is told
    of is the lowest he has in any of the workspaces.
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
        "role": _highest(account.workspaces),
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
        for _ in range(ASKED_BEFORE):
            run.session.limiter.acquire(workspace.id)
    users = read_users(run, workspace.id)["users"]
    roles = dict(zip(users["id"].to_pylist(), users["roles"].to_pylist(), strict=True))
    return replace(workspace, role="owner" if me == ADDON else _role(roles.get(me)))


def _role(roles: str | None) -> str | None:
    """Return what the vendor's words for somebody's roles come to; None where it tells none.

    Beside each word stands what it holds for, and that may have any name.
    """
    told: Any = None if roles is None else msgspec.json.decode(roles)
    if told is None:
        return None
    several = told if isinstance(told, list) else [told]
    names = [each.get("role") if isinstance(each, dict) else each for each in several]
    words = {word for name in names for word in str(name).upper().split("_")}
    if words & {"OWN", "OWNER"}:
        return "owner"
    return "admin" if "ADMIN" in words else "member"


def _lowest(workspaces: Sequence[Workspace]) -> str | None:
    """Return the role in which least is seen."""
    return min((each.role for each in workspaces), key=ROLES.index)


def _highest(workspaces: Sequence[Workspace]) -> str | None:
    """Return the role in which most is seen, which no further workspace makes less."""
    return max((each.role for each in workspaces), key=ROLES.index)


def _keep_workspaces(run: Run[Settings], workspaces: Sequence[Workspace]) -> None:
    """Refuse to go on without a workspace that was read before, or seeing less of it."""
    before: dict[str, str | None] = run.state.get("workspaces", {})
    now = {each.id: each.role for each in workspaces}
    lost = sorted(before.keys() - now.keys())
    seen = [id_ for id_, role in before.items() if role in ALL_SEEING]
    lower = [id_ for id_ in seen if id_ in now and now[id_] not in ALL_SEEING]
    if lost and not run.settings.workspaces and not run.options.accept_narrower_rights:
        raise NarrowerRights(f"The key no longer sees workspace {', '.join(lost)}.{EITHER}")
    if lower and not run.options.accept_narrower_rights:
        named = ", ".join(lower)
        raise NarrowerRights(
            f"The key's owner no longer is an administrator of workspace {named}.{EITHER}"
        )
    if now != before:
        run.state["workspaces"] = now


def _decoded(answer: Answer, kind: type[T]) -> T:
    return msgspec.json.decode(answer.body, type=kind)
