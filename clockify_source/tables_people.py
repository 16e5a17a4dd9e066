"""Who works where, in which groups, and how much of a week.

Columns that name a person or tell what one costs are declared personal.
"""

from functools import partial

from api_extract.resource import Resource
from api_extract.tables import Column, Table
from clockify_source.columns import BY_ID, MEMBERSHIP, WORKSPACE, OfWorkspace, link, rates, unused
from clockify_source.nested import member_profiles, user_groups, users

_personal = partial(Column, personal=True)
_people = partial(Column, kind="json", personal=True, lists_people=True)
_noise = partial(Column, loaded=False)
_setting = "workspace_settings__"

WORKSPACES = Table(
    "workspaces",
    ("id",),
    (
        Column("id", "text", "Id of the workspace."),
        Column("name", "text", "Name of the workspace."),
        _noise("image_url", "text", "Address of its picture."),
        link("cake_organization_id", "The organization it belongs to; null: none."),
        *rates("that has no other rate"),
        Column("currencies", "json", "Currencies: id, code, and which is the default."),
        Column("feature_subscription_type", "text", "The plan; null: an old one."),
        Column("features", "json", "What the plan switches on."),
        link("subdomain__name", "Its own subdomain; null: none."),
        Column("subdomain__enabled", "bool", "The subdomain is in use."),
        Column(f"{_setting}working_days", "json", "Days worked where a person has none set."),
        Column(f"{_setting}time_rounding_in_reports", "bool", "Reports may round; raw rows never."),
        link(f"{_setting}lock_time_entries", "Entries before this are locked; null: none."),
        link(f"{_setting}lock_time_zone", "The time zone of that lock."),
        Column(f"{_setting}default_billable_projects", "bool", "New projects are billable."),
        Column(f"{_setting}active_billable_hours", "bool", "Billable hours are switched on."),
        Column(
            f"{_setting}only_admins_see_billable_rates", "bool", "Others see no rates, no money."
        ),
        Column(
            f"{_setting}only_admins_see_all_time_entries", "bool", "Others see their own entries."
        ),
        Column(
            f"{_setting}only_admins_see_public_projects_entries",
            "bool",
            "Others see no entries of colleagues on public projects.",
        ),
        Column(f"{_setting}task_label", "text", "What tasks are called here."),
        Column(f"{_setting}project_label", "text", "What projects are called here."),
        Column(f"{_setting}project_grouping_label", "text", "What clients are called here."),
        *unused(
            _setting,
            *("admin_only_pages", "automatic_lock", "can_see_time_sheet", "can_see_tracker"),
            *("currency_format", "duration_format", "entity_creation_permissions"),
            *("force_description", "force_projects", "force_tags", "force_tasks"),
            *("is_project_public_by_default", "multi_factor_enabled", "number_format"),
            *("only_admins_can_change_billable_status", "only_admins_create_project"),
            *("only_admins_create_tag", "only_admins_create_task", "only_admins_see_dashboard"),
            *("project_favorites", "project_picker_special_filter", "round"),
            *("time_tracking_mode", "track_time_down_to_second"),
        ),
        _noise("memberships", "json", "Everyone in it; told by memberships."),
    ),
    "Workspaces that the key may read, and their settings. One row per workspace.",
    camel=True,
    per="id",
    needed=("feature_subscription_type",),
)

USERS = OfWorkspace(
    "users",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the person, the same in all workspaces."),
        _personal("email", "text", "Login e-mail address; null: an account for a kiosk only."),
        _personal("name", "text", "Full name; null: not yet given."),
        Column(
            "status",
            "text",
            "State of the account: ACTIVE, PENDING_EMAIL_VERIFICATION, NOT_REGISTERED, LIMITED "
            "(kiosk only), LIMITED_DELETED, DELETED; memberships tell the state in the workspace.",
        ),
        link("active_workspace", "The workspace that is open to the person."),
        link("default_workspace", "The workspace that opens first."),
        _personal("profile_picture", "text", "Address of a picture.", loaded=False),
        Column("settings__time_zone", "text", "Time zone by its IANA name; decides the day."),
        Column("settings__week_start", "text", "First day of the week, such as MONDAY."),
        Column("settings__lang", "text", "Language of the person."),
        *unused(
            "settings__",
            *("alerts", "approval", "collapse_all_project_lists", "dashboard_pin_to_top"),
            *("dashboard_selection", "dashboard_view_type", "date_format"),
            *("group_similar_entries_disabled", "invoice_reminders", "is_compact_view_on"),
            *("long_running", "multi_factor_enabled", "my_start_of_day", "onboarding"),
            *("project_list_collapse", "project_picker_task_filter", "pto", "reminders"),
            *("scheduled_reports", "scheduling", "send_newsletter", "show_only_working_days"),
            *("summary_report_settings", "theme", "time_format", "time_tracking_manual"),
            "weekly_updates",
        ),
        _personal("custom_fields", "json", "Fields of the workspace's own: id, name, value."),
        _people("roles", description="What, and whom, the person manages, as it is sent."),
    ),
    "Everyone in a workspace, former members too. One row per workspace and person.",
    needed=("roles", "status"),
    person="id",
)

MEMBERSHIPS = OfWorkspace(
    "memberships",
    ("workspace_id", "user_id", "target_id", "membership_type"),
    (
        WORKSPACE,
        Column("user_id", "text", "The person."),
        Column("target_id", "text", "What the person is a member of: here, the workspace."),
        *MEMBERSHIP,
        *rates("of the person today", personal=True),
    ),
    "Who may work in a workspace, and at which rates. One row per workspace, person, target "
    "and type.",
    person="user_id",
)

USER_GROUPS = OfWorkspace(
    "user_groups",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the user group."),
        Column("name", "text", "Name of the user group."),
        _people("team_managers", description="Who manages its members: id and name."),
    ),
    "Groups of people, of which one may be in several. One row per workspace and user group.",
)

USER_GROUP_MEMBERS = OfWorkspace(
    "user_group_members",
    ("workspace_id", "user_group_id", "user_id"),
    (
        WORKSPACE,
        Column("user_group_id", "text", "The user group."),
        Column("user_id", "text", "The person who is in it today."),
    ),
    "Who is in which group. One row per workspace, user group and person.",
    person="user_id",
)

MEMBER_PROFILES = OfWorkspace(
    "member_profiles",
    ("workspace_id", "user_id"),
    (
        WORKSPACE,
        Column("user_id", "text", "The person; not sent, but asked for."),
        Column("work_capacity", "text", "Hours due on a working day today, such as PT7H30M."),
        Column("working_days", "json", "Days of the week on which the person works today."),
        Column("week_start", "text", "First day of the week, such as MONDAY."),
        _personal("user_custom_field_values", "json", "Fields of the workspace's own, filled in."),
        Column("workspace_number", "bigint", "In how many workspaces the person is."),
        _personal("email", "text", "Told by users.", loaded=False),
        _personal("name", "text", "Told by users.", loaded=False),
        _personal("image_url", "text", "Address of a picture.", loaded=False),
        _noise("has_password", "bool", "The account has a password."),
        _noise("has_pending_approval_request", "bool", "Something awaits approval."),
    ),
    "How much a person is to work. One row per workspace and person.",
    person="user_id",
)

WORKSPACE_LIST = Resource(
    name="workspaces",
    path="/workspaces",
    envelopes=(),
    page_size=0,
    tables=(WORKSPACES,),
    changes="Settings change at any time; one short answer holds all workspaces.",
)

USER_LIST = Resource(
    name="users",
    path="/workspaces/{workspace}/users",
    envelopes=(),
    page_size=5000,
    tables=(USERS, MEMBERSHIPS),
    changes=(
        "People are renamed, deactivated and given other rates, and nothing tells when; one "
        "request brings all of them with their memberships, so they are replaced."
    ),
    params=(
        ("memberships", "WORKSPACE"),
        ("include-roles", "true"),
        ("status", "ALL"),
        *BY_ID,
    ),
    split=users,
)

PEOPLE = (
    Resource(
        name="user_groups",
        path="/workspaces/{workspace}/user-groups",
        envelopes=(),
        page_size=5000,
        tables=(USER_GROUPS, USER_GROUP_MEMBERS),
        changes=(
            "Groups and who is in them carry no dates, and deleted ones are gone; the list is "
            "short and replaced whole."
        ),
        params=(("includeTeamManagers", "true"), *BY_ID),
        split=user_groups,
        optional=True,
    ),
    Resource(
        name="member_profiles",
        path="/workspaces/{workspace}/member-profile/{user}",
        envelopes=(),
        page_size=0,
        tables=(MEMBER_PROFILES,),
        changes=(
            "Only the present capacity is told, one person at a time; so everyone is asked for "
            "and all is replaced."
        ),
        reading="person",
        split=member_profiles,
        optional=True,
    ),
)
