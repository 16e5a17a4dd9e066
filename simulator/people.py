"""The company, its teams and members, and the accounts of holidays and overtime."""

from datetime import date, timedelta

from simulator.instants import DAY, epoch_of, iso
from simulator.names import PEOPLE, TEAMS, Person
from simulator.store import FIRST_IDS, OWNER, Ledger, Row

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Not a round 40: who reads 8 hours a day for everybody is found out.
COMPANY_HOURS = (8.0, 8.0, 8.0, 8.0, 7.5, 0.0, 0.0)
WEEKLY = {
    "full": (8, 8, 8, 8, 8),
    "full39": (8, 8, 8, 8, 7),
    "four": (8, 8, 8, 8, 0),
    "three": (8, 8, 8, 0, 0),
    "part": (4, 4, 4, 4, 4),
}
MONTHLY = {"monthly80": (80, 4), "monthly120": (120, 5)}


def along(ledger: Ledger, share: float) -> date:
    """Day at that share of the time between the founding and now."""
    today = ledger.now.date()
    return ledger.since + timedelta(days=int((today - ledger.since).days * share))


def last_day(ledger: Ledger, user: Row) -> date:
    """Tell when a person left or was archived without a date."""
    if user["exit_date"]:
        return date.fromisoformat(user["exit_date"])
    return ledger.archived.get(user["id"], date.max)


def change_of_hours(ledger: Ledger) -> date:
    """Pick the 16th of a month: 2026-03-16 where history reaches that far back."""
    usual = date(2026, 3, 16)
    # A short history ends after that day and needs a change of its own.
    return usual if ledger.since < usual < ledger.now.date() else along(ledger, 0.5).replace(day=16)


def fill(ledger: Ledger, groups: dict[str, int]) -> None:
    """Create everything that is about people, except what they do."""
    fill_company(ledger, groups["Bavaria"])
    teams = [ledger.add("teams", name=name, leader=None, user_ids=[]) for name in TEAMS]
    for person in PEOPLE:
        fill_person(ledger, person, teams, groups)
    align_teams(ledger)
    # Members are known only now.
    for row in ledger.rows("teams"):
        row["leader"] = row["user_ids"][0]
    fill_access(ledger)


def fill_company(ledger: Ledger, group: int) -> None:
    """Create the one row of company settings."""
    modules = "absence work_time targethours target_hours userreports user_reports"
    modules += " project_times entries_texts"
    ledger.add(
        "company",
        name="Quarzwerk Kollektiv GmbH",
        timezone_default=ledger.timezone,
        currency=ledger.currency,
        allow_entries_text_multiline=True,
        allow_entries_for_customers=True,
        allow_entry_overlaps=True,
        force_linked_entry_times=False,
        default_customers_id=None,
        default_services_id=None,
        **{f"module_{module}": True for module in modules.split()},
        nonbusiness_group_default=group,
        onboarding_complete=True,
        worktime_regulation_default=1,
        worktime_evaluate_regulations_since=None,
        worktime_force_breaks=0,
        holidays_count_default=28.0,
        absence_reduces_target_hours=True,
        compensate_day_default=0.0,
        compensate_month_default=0.0,
        target_hours_default=dict(zip(WEEKDAYS, COMPANY_HOURS, strict=True)),
    )


def fill_person(ledger: Ledger, person: Person, teams: list[int], groups: dict[str, int]) -> None:
    """Create one member with target hours, calendar and accounts."""
    users_id = ledger.add("users", **user_row(ledger, person, teams, groups))
    if person.special == "archived":
        ledger.archived[users_id] = along(ledger, 0.55)
    user = ledger.tables["users"][users_id]
    since = date.fromisoformat(user["start_date"] or ledger.since.isoformat())
    for row in target_rows(ledger, person, since):
        ledger.add("target_hours", users_id=users_id, **row)
    moves_from = groups["Bavaria"] if person.special == "moved" else None
    fill_calendar(ledger, users_id, groups[person.state], moves_from)
    fill_accounts(ledger, user, since)


def user_row(ledger: Ledger, person: Person, teams: list[int], groups: dict[str, int]) -> Row:
    """All keys of a user, as a reader with every right sees them."""
    start = along(ledger, 0.4) if person.special == "joined" else ledger.since
    leaves = along(ledger, 0.7).isoformat() if person.special == "left" else None
    number = len(ledger.tables["users"]) + 1
    return {
        "name": person.name,
        "number": f"Q-{number:03}",
        "initials": "".join(word[0] for word in person.name.split()),
        "email": person.name.lower().replace(" ", ".") + "@quarzwerk.example",
        "active": person.special not in {"left", "archived"},
        "role": "owner" if person.special == "owner" else "worker",
        "teams_id": None if person.team is None else teams[person.team],
        "language": "en" if "Lisbon" in person.zone else "de",
        "timezone": person.zone,
        "weekstart_monday": True,
        "weekend_friday": False,
        "timeformat_12h": False,
        "nonbusiness_groups_id": groups[person.state],
        "wage_type": 2 if person.special == "hourly" else 1,
        # One member has no date, so that readers need another way to know the start.
        "start_date": None if person.special == "undated" else start.isoformat(),
        "exit_date": leaves,
        "future_coworker": False,
        "created_at": iso(epoch_of(f"{start}T09:00:00+00:00")),
        **powers(owner=person.special == "owner"),
        "default_target_hours": person.hours == "default",
        "default_holidays_count": person.hours == "default",
        "exempt_from_flextime": person.special == "exempt",
        "work_time_regulations_id": None,
        "default_work_time_regulation": True,
        "edit_lock": None,
        "edit_lock_dyn": 46 if person.team == 0 else None,
        "edit_lock_sync": True,
        "work_time_edit_lock_days": None,
        "bill_service_id": None,
        # As good as a secret: a reader is expected to leave it where it is.
        "support_pin": f"{number * 7919 % 10_000:04}",
    }


def powers(*, owner: bool) -> Row:
    """Say who somebody answers to and what they may do; the owner answers to nobody."""
    boss = None if owner else OWNER
    everyone, office = FIRST_IDS["access_groups"], FIRST_IDS["access_groups"] + 1
    return {
        "creator": boss,
        "boss": boss,
        "absence_managers_id": [] if owner else [boss],
        "access_groups_ids": [everyone, office] if owner else [everyone],
        "can_generally_see_absences": owner,
        "can_generally_manage_absences": owner,
        "can_add_customers": owner,
        "budget_notifications": owner,
    }


def weekly_row(hours: tuple[float, ...], since: date, until: date | None = None) -> Row:
    """Weekly target hours; compensation is off."""
    week = (*hours, *(0,) * 7)[:7]
    return {
        "surcharge_models_id": None,
        "type": "weekly",
        "date_since": since.isoformat(),
        "date_until": until.isoformat() if until else None,
        "test_data": False,
        **dict(zip(WEEKDAYS, week, strict=True)),
        "absence_fixed_credit": False,
        "compensation_daily": 0,
        "compensation_monthly": 0,
    }


def monthly_row(hours: float, workdays: int, since: date) -> Row:
    """Monthly target hours on the first days of the week."""
    row = weekly_row((), since)
    for key in (*WEEKDAYS, "absence_fixed_credit", "compensation_daily"):
        del row[key]
    flags = {f"workday_{day}": n < workdays for n, day in enumerate(WEEKDAYS)}
    return {**row, "type": "monthly", "monthly_target": hours, **flags}


def target_rows(ledger: Ledger, person: Person, since: date) -> list[Row]:
    """Target hours of one member; none where the company's default applies."""
    change = change_of_hours(ledger)
    if person.hours == "default":
        return []
    if person.hours in MONTHLY:
        return [monthly_row(*MONTHLY[person.hours], since)]
    if person.hours == "changed":
        eve = change - timedelta(days=1)
        return [weekly_row(WEEKLY["full"], since, eve), weekly_row(WEEKLY["part"], change)]
    if person.hours == "overlapping":
        # The older row stays open: two match, the newer one counts.
        return [weekly_row(WEEKLY["full"], since), weekly_row(WEEKLY["four"], change)]
    return [weekly_row(WEEKLY[person.hours], since)]


def fill_calendar(ledger: Ledger, users_id: int, group: int, moves_from: int | None = None) -> None:
    """Assign a group of nonbusiness days; one member moves to the other state."""
    # Assigned since ever, so that years before the company have a calendar too.
    first = "2000-01-01"
    spans: list[tuple[str, str | None, int]] = [(first, None, group)]
    if moves_from is not None:
        day = along(ledger, 0.5)
        eve = (day - timedelta(days=1)).isoformat()
        spans = [(first, eve, moves_from), (day.isoformat(), None, group)]
    for since, until, groups_id in spans:
        ledger.add(
            "users_nonbusiness_groups",
            users_id=users_id,
            nonbusiness_groups_id=groups_id,
            date_since=since,
            date_until=until,
        )


def fill_accounts(ledger: Ledger, user: Row, since: date) -> None:
    """Holiday quota, what was carried over, and overtime paid out."""
    users_id = user["id"]
    if not user["default_holidays_count"]:
        ledger.add(
            "holidays_quota",
            users_id=users_id,
            year_since=since.year,
            year_until=None,
            count=26.0 + users_id % 5,
            note=None,
        )
    for year in range(since.year + 1, ledger.now.year + 1):
        own = {"users_id": users_id, "year": year}
        ledger.add("holidays_carry", **own, count=users_id % 4 + 0.5, note=None)
        ledger.add("overtime_carry", **own, hours=users_id * 7 % 40 - 12.25, note=None)
    # Overtime is paid out to few.
    if users_id % 6 == 0:
        ledger.add(
            "overtime_reductions",
            users_id=users_id,
            date=along(ledger, 0.6).isoformat(),
            hours=10.5,
            note="Paid out",
            added_at=along(ledger, 0.62).isoformat(),
            added_by_users_id=OWNER,
        )


def align_teams(ledger: Ledger) -> None:
    """Let each team list exactly the users that point at it."""
    for team in ledger.rows("teams"):
        members = [u["id"] for u in ledger.rows("users") if u["teams_id"] == team["id"]]
        team["user_ids"] = members
        if team["leader"] not in members:
            team["leader"] = None


def fill_access(ledger: Ledger) -> None:
    """Create access groups, and requests to change recorded work times."""
    everyone = [user["id"] for user in ledger.rows("users")]
    for name, members in (("Everyone", everyone), ("Office", everyone[:1]), ("Guests", [])):
        ledger.add(
            "access_groups",
            name=name,
            users_ids=members,
            has_elevated_access=name == "Office",
            has_master_data_access=name == "Office",
            company_default=name == "Everyone",
        )
    for n, users_id in enumerate(everyone[3:7]):
        # Around noon of a day last week, in UTC: the hour does not matter.
        noon = ledger.now_epoch // DAY * DAY - (n + 2) * DAY + DAY // 2
        declined = n % 2 == 1
        ledger.add(
            "work_time_change_requests",
            date=iso(noon)[:10],
            users_id=users_id,
            status=2 if declined else 1,
            created_at=iso(noon + DAY // 4),
            declined_at=iso(noon + DAY) if declined else None,
            declined_by=OWNER if declined else None,
            changes=[
                {"type": kind, "time_since": iso(noon), "time_until": iso(noon + 900 * kind)}
                for kind in (1, 2)[: n + 1]
            ],
        )
