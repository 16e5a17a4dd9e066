"""Days off: those of everyone, and those a person asks for.

What kind of absence it is stands only in the name of its policy, so that name tells of health.
"""

from functools import partial

from api_extract.resource import Resource
from api_extract.tables import Column
from clockify_source.columns import WORKSPACE, OfWorkspace, link
from clockify_source.nested import holidays, listed, time_off_requests

_personal = partial(Column, personal=True)
_noise = partial(Column, loaded=False)
_name = partial(Column, kind="text", description="Told by users.", personal=True, loaded=False)
_EVERYONE = Column("everyone_including_new", "bool", "For all, and for those who join later.")
_UNIT = Column("time_unit", "text", "DAYS or HOURS.")

HOLIDAYS = OfWorkspace(
    "holidays",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the holiday."),
        Column("name", "text", "Name of the holiday."),
        Column("date_period__start_date", "date", "First day, of the first year if it recurs."),
        Column("date_period__end_date", "date", "Last day, included."),
        Column("occurs_annually", "bool", "It recurs every year on the same dates."),
        _EVERYONE,
        Column("automatic_time_entry_creation", "json", "Whether it makes entries by itself."),
        link("project_id", "The project of those entries; null: none."),
        link("task_id", "The task of those entries; null: none."),
        _noise("color", "text", "Color in calendars, as #rrggbb."),
    ),
    "Days that are free for everyone, or for some people and groups. One row per workspace and "
    "holiday.",
)

HOLIDAY_ASSIGNMENTS = OfWorkspace(
    "holiday_assignments",
    ("workspace_id", "holiday_id", "assignee_type", "assignee_id"),
    (
        WORKSPACE,
        Column("holiday_id", "text", "The holiday."),
        Column("assignee_type", "text", "user or user_group; not sent, but known."),
        Column("assignee_id", "text", "The person or the user group that has it."),
    ),
    "Who has which holiday. One row per workspace, holiday, type and assignee.",
)

TIME_OFF_POLICIES = OfWorkspace(
    "time_off_policies",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the policy."),
        Column("name", "text", "Name of the policy; nothing else tells vacation from sickness."),
        Column("archived", "bool", "True: archived."),
        _UNIT,
        Column("allow_half_day", "bool", "Half days may be asked for."),
        Column("allow_negative_balance", "bool", "More may be taken than is left."),
        Column("negative_balance", "json", "How much more; null: nothing."),
        Column("automatic_accrual", "json", "What is granted a month or year; null: nothing."),
        Column("automatic_time_entry_creation", "json", "Whether it makes entries by itself."),
        Column("approve", "json", "Who decides on requests."),
        _EVERYONE,
        Column("user_ids", "json", "Ids of the people it holds for."),
        Column("user_group_ids", "json", "Ids of the user groups it holds for."),
        _noise("project_id", "text", "Told by automatic_time_entry_creation."),
        _noise("color", "text", "Color in calendars, as #rrggbb."),
        _noise("icon", "text", "Picture in calendars."),
    ),
    "Kinds of time off and their rules. One row per workspace and policy.",
)

TIME_OFF_REQUESTS = OfWorkspace(
    "time_off_requests",
    ("workspace_id", "id"),
    (
        WORKSPACE,
        Column("id", "text", "Id of the request."),
        Column("user_id", "text", "The person who is to be off."),
        _name("user_name"),
        _name("user_email"),
        Column("user_time_zone", "text", "The person's time zone; decides the days."),
        _personal("policy_id", "text", "The policy it falls under.", counted=True),
        _personal("policy_name", "text", "Name of that policy.", counted=True),
        _UNIT,
        Column("status__status_type", "text", "PENDING, APPROVED, REJECTED or WITHDRAWN."),
        Column("status__changed_at", "timestamp", "When that was decided; null: open."),
        link("status__changed_by_user_id", "The person who decided; null: nobody yet."),
        _name("status__changed_by_user_name"),
        _name("status__changed_for_user_name"),
        _personal("status__note", "text", "What was noted at the decision."),
        Column("time_off_period__period__start", "timestamp", "Begin of the first day off."),
        Column("time_off_period__period__end", "timestamp", "End of the last day off."),
        Column("time_off_period__half_day", "bool", "Only half of the day is off."),
        Column("time_off_period__half_day_period", "text", "FIRST_HALF, SECOND_HALF, NOT_DEFINED."),
        Column("time_off_period__half_day_hours", "json", "Begin and end of that half."),
        Column("balance_diff", "double", "What it takes, in the unit of the policy."),
        Column("balance", "double", "What is left, in the unit of the policy."),
        Column("created_at", "timestamp", "When it was asked for."),
        link("requester_user_id", "The person who asked, perhaps for somebody else."),
        _name("requester_user_name"),
        _personal("note", "text", "What was noted by who asked."),
    ),
    "Time off asked for, granted or not. One row per workspace and request.",
    person="user_id",
)

CALENDAR = (
    Resource(
        name="holidays",
        path="/workspaces/{workspace}/holidays",
        envelopes=(),
        page_size=0,
        tables=(HOLIDAYS, HOLIDAY_ASSIGNMENTS),
        changes=(
            "Holidays are edited and deleted without a trace; one answer holds all, so it replaces "
            "all."
        ),
        split=holidays,
        optional=True,
    ),
    Resource(
        name="time_off_policies",
        path="/workspaces/{workspace}/time-off/policies",
        envelopes=(),
        page_size=200,
        tables=(TIME_OFF_POLICIES,),
        changes="Policies are edited and deleted without a trace; the list is short and replaced.",
        params=(("status", "ALL"),),
        split=partial(listed, "time_off_policies"),
        optional=True,
    ),
    Resource(
        name="time_off_requests",
        path="/workspaces/{workspace}/time-off/requests",
        envelopes=("requests",),
        page_size=200,
        tables=(TIME_OFF_REQUESTS,),
        changes=(
            "Requests for any day are decided, withdrawn and deleted at any time, and it is not "
            "certain which of their times the list can be filtered by; so it is replaced whole."
        ),
        reading="posted",
        method="POST",
        split=time_off_requests,
        optional=True,
    ),
)
