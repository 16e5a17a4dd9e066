"""The marts against the tracker's own figures, and against arithmetic that shares no code."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulator.instants import epoch_of, utc_day
from tests import oracle
from tests.arithmetic import Books, Sums
from tests.conftest import Account

MakeAccount = Callable[..., Account]
METRICS = (Path(__file__).parents[1] / "docs/metrics.md").read_text("utf-8")


def near(found: object, wanted: float | None, by: float = 0.0051) -> bool:
    """Whether a rounded figure is the exact one; nothing is only nothing."""
    if found is None or wanted is None:
        return found is None and wanted is None
    return abs(float(found) - wanted) <= by  # type: ignore[arg-type]  # a number of any kind


def share(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole > 1e-9 else None


def test_marts_are_what_the_tracker_states_and_what_arithmetic_gives(
    account: MakeAccount,
) -> None:
    """Hours, revenue, targets and every metric: no difference remains in a year of all cases."""
    company = account(years=1.0)
    for evening in ("2026-02-28T22:30:00Z", "2026-02-28T23:30:00Z", "2026-08-31T22:30:00Z"):
        company.world.insert_entry(time_since=evening, duration=5400, billable=1)
    built = company.sync(models=True).built
    assert built is not None
    assert built.failed == []

    with company.opened():
        _as_grouped_by_the_server(company)
        _as_in_user_reports(company)
        books = Books(company.world)
        _people_by_month(company, books)
        _projects_by_month(company, books)
        _levels_and_periods_add_up(company)
        _time_accounts_and_presence(company)
        _budgets(company, books)
        _work_in_progress(company, books)
        _queries_to_copy(company)


def _as_grouped_by_the_server(company: Account) -> None:
    """In one zone, which is found by trying, all sums agree; a wrong one shows."""
    found = {zone: oracle.different(company, zone) for zone in oracle.zones(company)}
    agreeing = [zone for zone, differences in found.items() if not differences]
    assert agreeing == ["Europe/Berlin"], found
    assert len(found) > 1


def _as_in_user_reports(company: Account) -> None:
    different = company.rows(
        """
        select
            users_id, date, target, hours,
            (gross_target_hours - holiday_hours - credited_absence_hours) * 3600 as own_target,
            contracted_hours * 3600 as own_contracted,
            -- a running clock is nothing yet to the tracker
            worked_seconds - (
                select coalesce(sum(duration_seconds), 0) from marts.fct_time_entries as e
                where is_running and e.user_id = d.user_id and started_on = date_day
            ) as own_worked
        from clockodo_raw.user_report_days
        join clockodo_raw.users on users.id = users_id
        left join marts.fct_capacity_days as d
            on user_id = cast(users_id as text) and date_day = date
        where
            (target is not null and abs(target - coalesce(own_target, 0)) > 0.01)
            or (target_raw is not null and abs(target_raw - coalesce(own_contracted, 0)) > 0.01)
            or (target is null) <> exempt_from_flextime
            or (hours is not null and hours <> coalesce(own_worked, 0))
        """,
    )
    # Nobody states on which day somebody was archived: after the last sign of life only the
    # tracker has targets.
    archived = {
        u["id"]: max(
            *(utc_day(e.time_since) for e in company.world.entries if e.users_id == u["id"]),
            *(
                date.fromisoformat(a["date_until"])
                for a in company.world.rows("absences")
                if a["users_id"] == u["id"] and a["status"] == 1
            ),
        )
        for u in company.world.rows("users")
        if not u["active"] and not u["exit_date"]
    }
    known = [
        r
        for r in different
        if r["users_id"] not in archived or r["date"] <= archived[r["users_id"]]
    ]
    assert known == []
    assert {r["users_id"] for r in different} <= archived.keys()
    _, counted = company.query("select count(*) from clockodo_raw.user_report_days")
    assert counted[0][0] > 7_000


def _people_by_month(company: Account, books: Books) -> None:
    found = {
        (int(r["user_id"]), r["period_starts_on"]): r
        for r in company.rows(
            "select * from marts.rpt_utilization where level = 'person' and period = 'month'",
        )
    }
    wanted = {key: sums for key, sums in books.people.items() if any(sums.values())}
    assert wanted.keys() <= found.keys()
    assert len(wanted) > 200
    unfounded = [found[key] for key in found.keys() - wanted.keys()]
    assert [row for row in unfounded if row["worked_hours"] or row["net_capacity_hours"]] == []
    wrong = [
        (key, name, found[key][name], value)
        for key, sums in books.people.items()
        if key in found
        for name, value in _utilization(sums).items()
        if not near(found[key][name], value, 0.011)
    ]
    assert wrong == []


def _levels_and_periods_add_up(company: Account) -> None:
    """People are teams are the company; days are the weeks, months, quarters and years."""
    measures = ("worked_hours", "billable_hours", "gross_target_hours", "net_capacity_hours")
    sums = ", ".join(f"sum({name}) as {name}" for name in measures)
    report = "from marts.rpt_utilization"
    by_level = company.rows(f"select level, period, period_starts_on, {sums} {report} group by all")
    by_period = company.rows(
        f"select level, user_id, team_id, period, {sums} {report} group by all"
    )
    for listed, name, key in (
        (by_level, "level", ("period", "period_starts_on")),
        (by_period, "period", ("level", "user_id", "team_id")),
    ):
        found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
        for row in listed:
            if name == "level" or row["level"] == "company":
                found[tuple(row[k] for k in key)][row[name]] = row
        different = [
            (key, measure, one[measure], other[measure])
            for key, of in found.items()
            for one, other in pairwise(of.values())
            for measure in measures
            # each row is rounded by itself
            if not near(one[measure], float(other[measure]), 0.005 * 400)
        ]
        assert different == []
        assert {len(of) for of in found.values()} == ({3} if name == "level" else {5})


def _time_accounts_and_presence(company: Account) -> None:
    """Compare what is computed with what the tracker states, and presence with the records."""
    different = company.rows(
        """
        select * from marts.rpt_flextime
        join marts.dim_users using (source_system, account, user_id)
        where
            not is_leaving_estimated
            and (
                abs(target_hours - own_target_hours) > 0.01
                or period = 'month' and abs(worked_hours - own_worked_hours) > 0.01
                and period_starts_on < date '2026-11-01'  -- clocks are running in it
            )
        """,
    )
    assert different == []
    recorded = sum(
        (epoch_of(span["time_until"]) if span["time_until"] else company.world.now_epoch)
        - epoch_of(span["time_since"])
        for row in company.world.rows("work_times")
        for span in row["intervals"]
    )
    (found,) = company.rows(
        "select sum(attendance_seconds) as seconds from marts.fct_capacity_days"
    )
    assert found["seconds"] == recorded > 0


def _utilization(sums: Sums) -> dict[str, float | None]:
    worked, billable, net = sums["worked"], sums["billable"], sums["net"]
    target = sums["gross"] - sums["holiday"]
    return {
        "worked_hours": worked,
        "billable_hours": billable,
        "gross_target_hours": sums["gross"],
        "holiday_hours": sums["holiday"],
        "absence_hours": sums["absence"],
        "target_less_holidays_hours": target,
        "net_capacity_hours": net,
        "bench_hours": net - billable,
        "net_capacity_utilization_percent": share(billable, net),
        "gross_target_utilization_percent": share(billable, sums["gross"]),
        "target_less_holidays_utilization_percent": share(billable, target),
        "billable_share_percent": share(billable, worked),
        "total_utilization_percent": share(worked, net),
    }


def _projects_by_month(company: Account, books: Books) -> None:
    found = {
        (int(r["project_id"]) if r["project_id"] else None, int(r["user_id"]), r["month"]): r
        for r in company.rows(
            """
            select
                project_id, user_id, cast(date_trunc('month', started_on) as date) as month,
                sum(duration_seconds) / 3600 as hours,
                sum(billable_hours) as billable,
                sum(revenue) as earned,
                sum(revenue) filter (where billable_state = 'billed') as billed,
                sum(revenue) filter (where billable_state = 'billable') as unbilled,
                sum(provisional_revenue) as provisional,
                sum(standard_value) as standard
            from marts.fct_time_entries
            group by all
            """,
        )
    }
    assert found.keys() == books.work.keys()
    assert len(found) > 300
    wrong = [
        (key, name, found[key][name], sums[name])
        for key, sums in books.work.items()
        for name in ("hours", "billable", "earned", "billed", "unbilled", "provisional", "standard")
        if not near(found[key][name] or 0, sums[name], 0.01)
    ]
    assert wrong == []


def _budgets(company: Account, books: Books) -> None:
    """Those that never renew, and those of months, by standard value or by hours."""
    used: dict[tuple[str, date | None], Sums] = defaultdict(lambda: defaultdict(float))
    for (project, _, month), sums in books.work.items():
        for since in (None, month):
            for name, value in sums.items():
                used[str(project), since][name] += value
    found = company.rows(
        "select * from marts.rpt_budget_burn"
        " where budget_interval is null or budget_interval = 'month'",
    )
    wrong = []
    for row in found:
        sums = used[row["project_id"], row["interval_starts_on"]]
        amount = sums["standard" if row["budget_unit"] == "money" else "hours"]
        percent = share(amount, float(row["budget_amount"]))
        # The report rounds the budget as well, by which the percentage is a little off.
        exact = 0.0051 + 0.01 * abs(percent or 0) / float(row["budget_amount"])
        if not (
            near(row["used_amount"], amount, 0.01) and near(row["burn_percent"], percent, exact)
        ):
            wrong.append((row, amount, percent))
    assert wrong == []
    assert {row["budget_unit"] for row in found} == {"money", "hours"}
    assert len(found) > 20


def _work_in_progress(company: Account, books: Books) -> None:
    names = ("0_to_30", "31_to_60", "61_to_90", "over_90")
    found = {
        (int(r["customer_id"]), int(r["project_id"]) if r["project_id"] else None): r
        for r in company.rows("select * from marts.rpt_work_in_progress")
    }
    assert {key for key, row in found.items() if row["unbilled"]} == books.unbilled.keys()
    wrong = [
        (key, name, found[key][f"unbilled_{name}"], ages[name])
        for key, ages in books.unbilled.items()
        for name in names
        if not near(found[key][f"unbilled_{name}"], ages[name], 0.01)
    ]
    assert wrong == []


def _queries_to_copy(company: Account) -> None:
    """Each query of docs/metrics.md finds something; of changed lists another test knows."""
    queries = re.findall(r"```sql\n(.*?)```", METRICS, flags=re.DOTALL)
    queries = [query for query in queries if "fct_list_changes" not in query]
    assert len(queries) >= 7
    assert [query for query in queries if not company.rows(query)] == []
