"""Workspaces, users, their memberships and profiles, and groups of users."""

from datetime import date
from statistics import mean

from simulator.capacity import Availability, hours_of, workdays_of_month
from simulator.clockify_ids import hex_id
from simulator.clockify_params import denied, foreign, malformed
from simulator.clockify_settings import PLANS
from simulator.clockify_tenant import Tenant
from simulator.clockify_values import duration, money
from simulator.clockify_view import BY_ID, BY_NAME, View
from simulator.instants import days, iso, local_day
from simulator.people import WEEKDAYS
from simulator.store import Row
from simulator.written import encode

STATUSES = ("ACTIVE", "PENDING_EMAIL_VERIFICATION", "NOT_REGISTERED")
# These have to be asked for.
HIDDEN = ("DELETED", "LIMITED", "LIMITED_DELETED")
MEMBERSHIPS = ("ALL", "NONE", "WORKSPACE", "PROJECT", "USERGROUP")
STATES = ("PENDING", "ACTIVE", "DECLINED", "INACTIVE", "ALL")
WEEK = 7
SUNDAY = "SUNDAY"
FEATURES = {
    "STANDARD": ("TIME_OFF", "INVOICING", "APPROVAL", "LOCKING"),
    "PRO": ("EXPENSES", "CUSTOM_FIELDS", "BUDGETS", "SCHEDULING"),
    "ENTERPRISE": ("AUDIT_LOG", "SUBDOMAIN"),
}
STAFF_NUMBER = 2
BY_EMAIL = {**BY_ID, **BY_NAME, "EMAIL": lambda row: row["email"] or ""}


def me(view: View) -> bytes:
    """Answer with the key owner."""
    wanted = "ALL" if view.asked.flag("include-memberships") else "NONE"
    return encode(user_row(view, view.world.tables["users"][view.me], wanted))


def list_users(view: View) -> bytes:
    """Answer with a page of users; the statuses that hide have to be asked for."""
    asked = view.asked
    wanted = asked.several("account-statuses", view.switches.account_statuses) or STATUSES
    if not set(wanted) <= {*STATUSES, *HIDDEN}:
        raise malformed("account-statuses")
    which = asked.one_of("memberships", MEMBERSHIPS, "NONE")
    state = asked.one_of("status", STATES, "ALL")
    roles = bool(asked.flag("include-roles"))
    rows = [
        {**user_row(view, user, which), **({"roles": roles_of(view, user)} if roles else {})}
        for user in view.tenant.rows("users")
        if user["id"] not in view.rights.left
        and view.sees(user["id"])
        and state in {"ALL", state_of(user)}
    ]
    rows = view.by_name([row for row in rows if row["status"] in wanted])
    return encode(view.paged(view.ordered(rows, BY_EMAIL, "EMAIL")))


def state_of(user: Row) -> str:
    """Tell whether somebody still belongs to the workspace; their account lives on."""
    return "ACTIVE" if user["active"] else "INACTIVE"


def roles_of(view: View, user: Row) -> list[Row]:
    """Tell what somebody may do."""
    is_me = user["id"] == view.me
    role = view.rights.role if is_me else "member"
    names = {"owner": "OWNER", "admin": "WORKSPACE_ADMIN"}
    return [{"role": names[role]}] if role in names else []


def user_row(view: View, user: Row, memberships: str) -> Row:
    """Show a person; who only uses the kiosk has neither address nor settings."""
    limited = view.tenant.limited(user["id"])
    first = view.tenants[0].key
    settings = {
        "timeZone": user["timezone"],
        "weekStart": week_start(user),
        "lang": user["language"].upper(),
        "timeFormat": "HOUR12" if user["timeformat_12h"] else "HOUR24",
        "dateFormat": "DD.MM.YYYY",
        "myStartOfDay": "09:00",
    }
    return {
        "id": hex_id("users", user["id"]),
        "email": None if limited else user["email"],
        "name": user["name"],
        "profilePicture": "",
        "memberships": memberships_of(view, user, memberships),
        "activeWorkspace": first,
        "defaultWorkspace": first,
        "settings": None if limited else settings,
        "status": "LIMITED" if limited else "ACTIVE",
        "customFields": custom_fields(view, user),
    }


def week_start(user: Row) -> str:
    """First day of somebody's week."""
    return WEEKDAYS[0].upper() if user["weekstart_monday"] else SUNDAY


def custom_fields(view: View, user: Row) -> list[Row]:
    """Fields of users, on the plans that have them."""
    return [
        {
            "customFieldId": view.tenant.id("custom_fields", STAFF_NUMBER),
            "customFieldName": "Staff number",
            "customFieldType": "TXT",
            "userId": hex_id("users", user["id"]),
            "value": user["number"],
        }
    ] * (view.has("PRO") and user["number"] is not None)


def memberships_of(view: View, user: Row, which: str) -> list[Row]:
    """Tell what somebody belongs to."""
    tenant, found = view.tenant, []
    if which in {"ALL", "WORKSPACE"}:
        found.append(membership(view, user["id"], tenant.key, "WORKSPACE", state_of(user)))
    if which in {"ALL", "PROJECT"}:
        for projects_id, members in tenant.book.members.items():
            if user["id"] in members:
                key = tenant.id("projects", projects_id)
                found.append(membership(view, user["id"], key, "PROJECT"))
    if which in {"ALL", "USERGROUP"} and user["teams_id"]:
        key = tenant.id("user_groups", user["teams_id"])
        found.append(membership(view, user["id"], key, "USERGROUP"))
    return found


def membership(view: View, users_id: int, target: str, kind: str, status: str = "ACTIVE") -> Row:
    """One membership; rates hang on customers, projects and services here, never on people."""
    return {
        "userId": hex_id("users", users_id),
        **view.rates(None),
        "targetId": target,
        "membershipType": kind,
        "membershipStatus": status,
    }


def member_profile(view: View, key: str) -> bytes:
    """Answer with somebody's capacity as it is now; that it was ever another is not told."""
    user = view.tenant.find("users", "users", key, "User")
    view.must_see(user["id"])
    hours, workdays = capacity(view, user)
    limited = view.tenant.limited(user["id"])
    return encode(
        {
            "email": None if limited else user["email"],
            "name": user["name"],
            "imageUrl": "",
            "hasPassword": not limited,
            "hasPendingApprovalRequest": False,
            "weekStart": week_start(user),
            "workCapacity": duration(round(hours * 60) * 60),
            "workingDays": workdays,
            "userCustomFieldValues": custom_fields(view, user),
            "workspaceNumber": len(view.tenants),
        }
    )


def capacity(view: View, user: Row) -> tuple[float, list[str]]:
    """Hours a working day, and which days these are.

    There is one number for all days: where they differ it is their mean, and a monthly target is
    spread over the working days of the year.
    """
    today = local_day(view.world.timezone, view.world.now_epoch)
    row = Availability(view.world, user["id"]).agreed(today)
    company = view.world.rows("company")[0]["target_hours_default"]
    if row is None:
        usual = [day for day in WEEKDAYS if company[day]]
        hours = mean(company[day] for day in usual) if user["default_target_hours"] else 0.0
        return hours, upper(usual)
    if row["type"] != "weekly":
        pattern = tuple(bool(row[f"workday_{day}"]) for day in WEEKDAYS)
        count = sum(workdays_of_month(today.year, month, pattern) for month in range(1, 13))
        return row["monthly_target"] * 12 / count, upper(
            [day for day, works in zip(WEEKDAYS, pattern, strict=True) if works]
        )
    week = list(days(date(2024, 1, 1), date(2024, 1, WEEK)))
    due = {WEEKDAYS[day.weekday()]: hours_of(row, day) for day in week if hours_of(row, day)}
    return (mean(due.values()) if due else 0.0), upper(list(due) or list(WEEKDAYS[:5]))


def upper(names: list[str]) -> list[str]:
    """Write weekdays as the vendor does."""
    return [name.upper() for name in names]


def list_groups(view: View) -> bytes:
    """Answer with a page of groups; a person of the company is in one at most."""
    users, managers = view.world.tables["users"], view.asked.flag("includeTeamManagers")
    rows = []
    for team in view.tenant.rows("teams"):
        row = {
            "id": view.tenant.id("user_groups", team["id"]),
            "name": team["name"],
            "workspaceId": view.tenant.key,
            "userIds": [hex_id("users", key) for key in team["user_ids"] if view.sees(key)],
        }
        if managers:
            leaders = [users[team["leader"]]] if team["leader"] else []
            row["teamManagers"] = [
                {"id": hex_id("users", user["id"]), "name": user["name"]} for user in leaders
            ]
        rows.append(row)
    return encode(view.paged(view.ordered(view.by_name(rows), BY_NAME, "NAME")))


def list_workspaces(view: View) -> bytes:
    """Answer with all workspaces of the key, whatever page is asked for."""
    return encode([workspace_row(view, tenant) for tenant in view.tenants])


def one_workspace(view: View) -> bytes:
    """Answer with one workspace."""
    return encode(workspace_row(view, view.tenant))


def workspace_row(view: View, tenant: Tenant) -> Row:
    """Show a workspace; only the first bears the plain name of the company."""
    company = tenant.world.rows("company")[0]
    world, currency = tenant.world, tenant.world.currency
    # The rate of whatever has no other.
    rate = next(r["hourly_rate"] for r in world.rows("rates") if r["id"] is None)
    plans = PLANS[: PLANS.index(view.plan) + 1]
    return {
        "id": tenant.key,
        "name": company["name"] + (f" {tenant.number}" if tenant.number > 1 else ""),
        "imageUrl": "",
        "cakeOrganizationId": None,
        "hourlyRate": money(rate, currency) if view.shows_rates else None,
        "costRate": None,
        "currencies": [
            {"id": tenant.id("currencies", 1), "code": currency, "isDefault": True},
            {"id": tenant.id("currencies", 2), "code": "GBP", "isDefault": False},
        ],
        "featureSubscriptionType": view.plan,
        "features": [name for plan in plans for name in FEATURES.get(plan, ())],
        "memberships": [
            membership(view, user["id"], tenant.key, "WORKSPACE", state_of(user))
            for user in world.rows("users")
        ],
        "subdomain": {"name": None, "enabled": False},
        "workspaceSettings": workspace_settings(view, tenant, company),
    }


def workspace_settings(view: View, tenant: Tenant, company: Row) -> Row:
    """Tell the settings of a workspace."""
    hours = company["target_hours_default"]
    return {
        "workingDays": upper([day for day in WEEKDAYS if hours[day]]),
        "timeRoundingInReports": False,
        "round": {"round": "Round to nearest", "minutes": "15"},
        "lockTimeEntries": iso(tenant.locked_before),
        "lockTimeZone": tenant.world.timezone,
        "automaticLock": None,
        "defaultBillableProjects": True,
        "activeBillableHours": True,
        "durationFormat": "FULL",
        "currencyFormat": "CURRENCY_SPACE_VALUE",
        "numberFormat": "COMMA_PERIOD",
        "forceProjects": False,
        "onlyAdminsSeeBillableRates": view.rights.hides_rates,
        "onlyAdminsSeeAllTimeEntries": True,
        "onlyAdminsSeePublicProjectsEntries": False,
        "taskLabel": "task",
        "projectLabel": "project",
        "projectGroupingLabel": "client",
        "entityCreationPermissions": {"whoCanCreateProjectsAndClients": "ADMINS"},
    }


def user_number(view: View, key: str) -> int:
    """Person behind an id, who must be in the workspace and within sight."""
    user = view.tenant.find("users", "users", key, "User")
    view.must_see(user["id"])
    if user["id"] in view.rights.left:
        raise foreign("User")
    if view.tenant.limited(user["id"]) and view.switches.limited_entries == "refused":
        raise denied()
    return int(user["id"])
