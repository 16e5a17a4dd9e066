"""Who works, how much they owe, and when they are away.

Columns that name a person, or tell of health, absence, pay or employment, are declared personal;
hours and days stay countable without them.
"""

from functools import partial

from api_extract.resource import Resource
from api_extract.tables import Column, Table
from clockodo_source.nested import company

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_right = partial(Column, right=True)
_personal = partial(Column, personal=True)
_secret = partial(Column, right=True, personal=True)
_list = partial(Resource, envelopes=("data",), page_size=0, optional=True)
_BY_ID = (("sort[]", "id"),)  # a row added while the list is read lands at its end
_ID = Column("id", "bigint", "Number of the row.")
_USER = Column("users_id", "bigint", "The person it is about.")
_YEAR = Column("year", "bigint", "The calendar year into which it is carried.")
_NOTE = _personal("note", "text", "What was noted about it.")
_HIDDEN_NOTE = _secret("note", "text", "What was noted about it.")

USERS = Table(
    "users",
    ("id",),
    (
        Column("id", "bigint", "Number of the person."),
        _personal("name", "text", "Full name."),
        _personal("initials", "text", "Initials shown in calendars."),
        _secret("number", "text", "Personnel number; null: none."),
        _secret("email", "text", "Login e-mail address."),
        Column("active", "bool", "False: archived."),
        Column("teams_id", "bigint", "The team; null: none."),
        _right("role", "text", "owner: administrator; worker: everyone else."),
        Column("language", "text", "Language of the person: de, en or fr."),
        Column("timezone", "text", "Time zone by its IANA name; decides the local day."),
        Column("weekstart_monday", "bool", "True: weeks begin on Monday; false: on Sunday."),
        Column("weekend_friday", "bool", "True: the weekend is Friday and Saturday."),
        Column("timeformat_12h", "bool", "True: the clock is shown in twelve hours."),
        Column("nonbusiness_groups_id", "bigint", "Today's holiday calendar, without its dates."),
        Column("nonbusinessgroups_id", "bigint", "Old spelling of nonbusiness_groups_id."),
        _secret("wage_type", "bigint", "1 salary, 2 hourly wage; null: not stated."),
        _secret("start_date", "date", "First day of employment; null: not stated.", counted=True),
        _secret("exit_date", "date", "Last day of employment; null: open.", counted=True),
        _secret("future_coworker", "bool", "Employment has not begun yet."),
        _right("created_at", "timestamp", "When the account was made."),
        _right("creator", "bigint", "The person who made the account; null: unknown."),
        _right("boss", "bigint", "The person's superior; null: none."),
        _right("absence_managers_id", "json", "Ids of those who decide on absences."),
        _right("access_groups_ids", "json", "Ids of the access groups the person is in."),
        _right("can_generally_see_absences", "bool", "May see the absences of all."),
        _right("can_generally_manage_absences", "bool", "May decide on the absences of all."),
        _right("can_add_customers", "bool", "May add customers."),
        _right("default_target_hours", "bool", "The company's hours apply, not target_hours."),
        _right("default_holidays_count", "bool", "The company's quota applies, not an own one."),
        _right("exempt_from_flextime", "bool", "No time account is kept."),
        _right("work_time_regulations_id", "bigint", "0: no regulation; null: the company's."),
        _right("default_work_time_regulation", "bool", "The company's regulation applies."),
        Column("worktime_regulation_id", "bigint", "Old spelling of work_time_regulations_id."),
        _right("edit_lock", "date", "Entries up to this day are locked; null: none."),
        _right("edit_lock_dyn", "bigint", "Entries older than this many days are locked."),
        _right("edit_lock_sync", "bool", "The lock follows the company's."),
        _right("work_time_edit_lock_days", "bigint", "Work times older than this are locked."),
        _right("budget_notifications", "bool", "Is told when a budget is nearly used up."),
        _secret("bill_service_id", "text", "The person's id in a linked billing product."),
        # proves identity to the vendor's support: nothing is computed from it
        _secret("support_pin", "text", "Secret for calls to the support.", loaded=False),
    ),
    "Everyone with an account, archived ones included. One row per person.",
    person="id",
)

TEAMS = Table(
    "teams",
    ("id",),
    (
        Column("id", "bigint", "Number of the team."),
        Column("name", "text", "Name of the team."),
        Column("leader", "bigint", "The person who leads it; null: nobody."),
        Column("user_ids", "json", "Ids of its members today."),
    ),
    "Teams as they are today. One row per team.",
)

COMPANY = Table(
    "company",
    ("id",),
    (
        Column("id", "bigint", "Number of the company."),
        Column("name", "text", "Name of the company."),
        Column("timezone_default", "text", "Time zone of new accounts by its IANA name."),
        Column("currency", "text", "Currency of all amounts, as its code; null: not set."),
        Column("allow_entries_text_multiline", "bool", "Texts may have several lines."),
        Column("allow_entries_for_customers", "bool", "Entries need no project."),
        Column("allow_entry_overlaps", "bool", "Entries of a person may overlap."),
        Column("force_linked_entry_times", "bool", "Duration always equals end minus start."),
        Column("default_customers_id", "bigint", "Customer of new entries; null: none."),
        Column("default_services_id", "bigint", "Service of new entries; null: none."),
        Column("module_absence", "bool", "Absences are switched on."),
        Column("module_work_time", "bool", "Work times are switched on."),
        Column("module_target_hours", "bool", "Target hours are switched on."),
        Column("module_targethours", "bool", "Old spelling of module_target_hours."),
        Column("module_user_reports", "bool", "Reports on people are switched on."),
        Column("module_userreports", "bool", "Old spelling of module_user_reports."),
        Column("module_project_times", "bool", "Entries on projects are switched on."),
        Column("module_entries_texts", "bool", "Texts of entries are switched on."),
        Column("nonbusiness_group_default", "bigint", "Holiday calendar of new accounts."),
        Column("onboarding_complete", "bool", "The company has finished signing up."),
        Column("worktime_regulation_default", "bigint", "Work time regulation; null: none."),
        Column("worktime_evaluate_regulations_since", "text", "First day it is checked, as text."),
        Column("worktime_force_breaks", "bigint", "Missing breaks: 0 kept, 1, 2 deducted."),
        Column("holidays_count_default", "double", "Days of vacation a year by default."),
        Column("absence_reduces_target_hours", "bool", "True: less target; false: more hours."),
        Column("compensate_day_default", "double", "Overtime settled a day, in minutes."),
        Column("compensate_month_default", "double", "Overtime settled a month, in hours."),
        *(
            Column(f"target_hours_default__{day}", "double", f"Default hours on {day.title()}s.")
            for day in WEEKDAYS
        ),
    ),
    "The company's settings. One row per company.",
    needed=("timezone_default",),
)

ACCESS_GROUPS = Table(
    "access_groups",
    ("id",),
    (
        Column("id", "bigint", "Number of the access group."),
        Column("name", "text", "Name of the access group."),
        _right("users_ids", "json", "Ids of its members."),
        _right("has_elevated_access", "bool", "Grants administration; null: not applicable."),
        _right("has_master_data_access", "bool", "Grants master data; null: not applicable."),
        Column("company_default", "bool", "New accounts join it."),
    ),
    "Groups that share rights. One row per access group.",
)

ABSENCES = Table(
    "absences",
    ("id",),
    (
        Column("id", "bigint", "Number of the absence."),
        _USER,
        Column("date_since", "date", "First day of the absence."),
        Column("date_until", "date", "Last day of the absence, included."),
        Column(
            "status",
            "bigint",
            "0 requested, 1 approved, 2 declined, 3 approval withdrawn, 4 request withdrawn.",
        ),
        _secret(
            "type",
            "bigint",
            "1 vacation, 2 special leave, 3 overtime taken, 4 sick, 5 child sick, 6 school, "
            "7 maternity, 8 home office, 9 out of office, 10 special leave unpaid, 11 sick unpaid, "
            "12 child sick unpaid, 13 quarantine, 14 military, 15 sick with benefit.",
            counted=True,
        ),
        Column("count_days", "double", "Days, 0.5 for half a day; null for type 3."),
        Column("count_hours", "double", "Hours of overtime taken; null but for type 3."),
        _personal("sick_note", "bool", "A doctor's note was handed in; types 4 and 5."),
        _HIDDEN_NOTE,
        _personal("public_note", "text", "What was noted for all to see."),
        _right("date_enquired", "date", "Day of the request; null: none was made."),
        _right("date_approved", "date", "Day of the decision, whatever it was; null: open."),
        _right("approved_by", "bigint", "The person who decided; null: nobody yet."),
    ),
    "Vacation, sickness and other absences, asked for or granted. One row per absence.",
    person="users_id",
)

TARGET_HOURS = Table(
    "target_hours",
    ("id",),
    (
        _ID,
        _USER,
        Column("type", "text", "weekly: hours a weekday; monthly: hours a month."),
        Column("date_since", "date", "First day it holds."),
        Column("date_until", "date", "Last day it holds, included; null: open."),
        *(Column(day, "double", f"Hours due on {day.title()}s; weekly only.") for day in WEEKDAYS),
        Column("monthly_target", "double", "Hours due a month; monthly only."),
        *(
            Column(f"workday_{day}", "bool", f"{day.title()}s are worked; monthly only.")
            for day in WEEKDAYS
        ),
        Column("absence_fixed_credit", "bool", "Absences count the average day's hours."),
        Column("compensation_daily", "double", "Overtime settled a day, in minutes; weekly only."),
        Column("compensation_monthly", "double", "Overtime settled a month, in hours."),
        Column("surcharge_models_id", "bigint", "Rules for surcharges; null: none."),
        Column("test_data", "bool", "Made by the server as an example; not real."),
    ),
    "Hours a person owes, where the company's do not apply. One row per person and span of days.",
    person="users_id",
)

HOLIDAYS_QUOTA = Table(
    "holidays_quota",
    ("id",),
    (
        _ID,
        _USER,
        Column("year_since", "bigint", "First calendar year it holds."),
        Column("year_until", "bigint", "Last calendar year it holds; null: open."),
        Column("count", "double", "Days of vacation a year."),
        _HIDDEN_NOTE,
    ),
    "Vacation due, where the company's quota does not apply. One row per person and span of years.",
    person="users_id",
)

HOLIDAYS_CARRY = Table(
    "holidays_carry",
    ("id",),
    (_ID, _USER, _YEAR, Column("count", "double", "Days of vacation brought along."), _HIDDEN_NOTE),
    "Vacation brought over from the year before. One row per person and year.",
    person="users_id",
)

OVERTIME_CARRY = Table(
    "overtime_carry",
    ("id",),
    (_ID, _USER, _YEAR, Column("hours", "double", "Hours of overtime brought along."), _NOTE),
    "Overtime brought over from the year before. One row per person and year.",
    person="users_id",
)

OVERTIME_REDUCTIONS = Table(
    "overtime_reductions",
    ("id",),
    (
        _ID,
        _USER,
        Column("date", "date", "Day on which the account is reduced."),
        Column("hours", "double", "Hours taken off the time account."),
        _NOTE,
        Column("added_at", "date", "Day on which it was written down."),
        Column("added_by_users_id", "bigint", "The person who wrote it down."),
    ),
    "Overtime paid out or withdrawn. One row per reduction.",
    person="users_id",
)

_QUIET = "Rows are edited and deleted without a trace; one answer holds all, so it replaces all."
_ACCOUNT = "Rows of any year are edited or deleted unseen; asked without a year, all come at once."
_PAGED = "Rows are edited, archived or deleted unseen; a page or two hold all, so all is replaced."

PEOPLE = (
    _list(
        "company",
        "/v2/aggregates/users/me",
        envelopes=("company",),
        tables=(COMPANY,),
        changes="Settings change at any time; the one answer that has them is read anew.",
        split=company,
    ),
    _list(
        "users",
        "/v3/users",
        page_size=1000,
        tables=(USERS,),
        changes=_PAGED,
        params=_BY_ID,
        optional=False,
    ),
    _list("teams", "/v3/teams", page_size=1000, tables=(TEAMS,), changes=_PAGED, params=_BY_ID),
    _list("access_groups", "/v2/accessGroups", tables=(ACCESS_GROUPS,), changes=_QUIET),
    _list("absences", "/v4/absences", tables=(ABSENCES,), changes=_ACCOUNT),
    _list(
        "target_hours",
        "/targethours",
        envelopes=("targethours",),
        tables=(TARGET_HOURS,),
        changes=_QUIET,
    ),
    _list("holidays_quota", "/v2/holidaysQuota", tables=(HOLIDAYS_QUOTA,), changes=_ACCOUNT),
    _list("holidays_carry", "/v3/holidaysCarry", tables=(HOLIDAYS_CARRY,), changes=_ACCOUNT),
    _list("overtime_carry", "/v3/overtimeCarry", tables=(OVERTIME_CARRY,), changes=_ACCOUNT),
    _list(
        "overtime_reductions",
        "/v3/overtimeReductions",
        tables=(OVERTIME_REDUCTIONS,),
        changes=_ACCOUNT,
    ),
)
