"""The report app in a browser: what it shows is what the marts say."""

import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from notebooks.look import MOST_SHOWN
from notebooks.shares import SHARES
from notebooks.words import NOTHING, Words
from pipelines.place import Place
from pipelines.report import copy_of
from pipelines.show import Show
from tests import browser
from tests.browser import Report, soon

EVIL = """<img src=x onerror="document.title='hit'"> & Söhne"""
HERE = "1,230.25 here, as of 18 Nov 2026, 10:30 UTC"
FRESH = "As of 18 Nov 2026, 10:30 UTC."
WORDS = Words("English")


def ask(place: Place, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(place.warehouse), read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()


def change(place: Place, *statements: str) -> None:
    with duckdb.connect(str(place.warehouse)) as warehouse:
        for statement in statements:
            warehouse.execute(statement)


@pytest.mark.timeout(300)
@pytest.mark.skipif(browser.chromium() is None, reason=browser.HOW_TO_GET)
def test_the_page_shows_the_figures_of_the_marts(demo_place: Place) -> None:
    """For each denominator, person, team, customer, project and budget; it needs no other machine.

    Names are shown as they are and never run; drift, missing rights and periods that are not over
    are told; only who has the token gets in.
    """
    first = "(select min(customer_id) from marts.fct_time_entries where revenue > 0)"
    change(
        demo_place,
        f"update marts.fct_time_entries set customer_name = '{EVIL.replace(chr(39), 2 * chr(39))}'"
        f" where customer_id = {first}",
        "insert into marts.rpt_notices by name select source_system, account, 'drift' as kind,"
        " 'hours' as subject, date '2025-03-01' as month, noticed_at, 1234.5 as tracker_value,"
        " 1230.25 as warehouse_value from marts.rpt_notices where kind = 'built'",
        "update marts.rpt_notices set kind = 'refused', detail = '403' where subject = 'absences'",
    )
    with (
        browser.reporting(demo_place.warehouse) as url,
        browser.browser() as opened,
        opened.new_context(viewport={"width": 390, "height": 844}, locale="en-GB") as context,
    ):
        _only_with_the_token(url)
        _opened_by_a_private_file(demo_place, url)
        report = Report(context.new_page())
        report.open(url)
        soon(
            report.told,
            [
                "The period is not over: counted up to 18 Nov 2026.",
                "Booked ahead, and not counted yet: 4,678.34 EUR.",
                f"clockodo main: hours of Mar 2025 differ: 1,234.50 in the tracker, {HERE}.",
                "clockodo main: the key may not read absences (403).",
            ],
        )
        report.choose("Period", "Last year")
        for name, share in SHARES.items():
            report.choose("Utilization of", share.label)
            _shares(report, demo_place, name)
        _capacity(report, demo_place)
        _money(report, demo_place)
        _budgets(report, demo_place)
        assert any(EVIL in row[0] for row in report.figures("Revenue by customer"))
        assert report.page.title() == "Timehouse"
        assert report.page.evaluate("document.documentElement.scrollWidth") <= 390
        soon(
            report.page.locator(f'[role="graphics-document"][aria-label*="{FRESH}"]').count, 7
        )  # read out with each chart

        _drawn(report)

        report.page.get_by_label("Numbers", exact=True).focus()
        report.page.keyboard.press("ArrowDown")
        wanted = ask(
            demo_place, f"select {cents('sum(revenue)')} from marts.fct_time_entries where {YEAR}"
        )
        soon(lambda: report.tiles()["Earned"], german(wanted[0][0]))
        report.choose("Period", "Chosen days")
        report.write("From", "2025-03-10")
        report.write("to", "2025-02-03")
        some = "started_on between date '2025-02-03' and date '2025-03-10'"
        wanted = ask(
            demo_place, f"select {cents('sum(revenue)')} from marts.fct_time_entries where {some}"
        )
        soon(lambda: report.tiles()["Earned"], german(wanted[0][0]))
        report.write("to", "never")
        soon(report.told, ["A day is written as 2026-10-31."])
        assert report.elsewhere == []

    assert not (demo_place.folder / "report.html").exists()
    with demo_place.locked():
        copied = copy_of(demo_place, Show(as_json=True))
    assert copied.exists()


YEAR = "year(started_on) = 2025"


def german(value: Decimal) -> str:
    return f"{value:,.2f} EUR".translate(str.maketrans(",.", ".,"))


def _only_with_the_token(url: str) -> None:
    """Neither the page nor its socket answers without; no list of processes shows it."""
    page, _, token = url.partition("?access_token=")
    with urllib.request.urlopen(page) as answer:
        assert "/auth/login" in answer.url
    host = urlsplit(url).netloc
    for socket in (f"{page.replace('http:', 'ws:')}ws", f"ws://{host}/ws"):
        with pytest.raises(InvalidStatus, match="HTTP 403"), connect(f"{socket}?session_id=s"):
            pass
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            assert token.encode() not in path.read_bytes()


def _opened_by_a_private_file(place: Place, url: str) -> None:
    """See that the browser was sent to a file of its owner's alone, which leads to the page."""
    file = place.warehouse.parent / browser.OPENED
    soon(file.exists, wanted=True)
    assert url in file.read_text("utf-8")
    assert file.stat().st_mode & 0o777 == 0o600


def _drawn(report: Report) -> None:
    """Every row is in the picture: a bar, a part of one, a point or a cell, and its name."""
    people = report.figures("Utilization by person")
    months = report.figures("Utilization over time")
    cells = _seen(row[1:] for row in report.figures("Capacity"))
    earned = [report.figures(f"Revenue by {by}")[:MOST_SHOWN] for by in ("customer", "project")]
    bars = len(people) + sum(_seen(row[2:5] for row in rows) for rows in earned)
    bars += _seen(row[2:6] for row in report.figures("Not billed yet")[:MOST_SHOWN])
    bars += len(report.figures("Budgets")[:MOST_SHOWN])
    for what, number in (("bar", bars), ("point", len(months)), ("rect mark", cells)):
        marks = report.page.locator(f'svg.marks [aria-roledescription="{what}"]')
        soon(marks.count, number)
    written = set(report.page.locator("svg.marks text").all_text_contents())
    assert {f"{share}: {name}" for name, share, *_ in people} <= written
    assert {team for team, *_ in months} <= written


def _seen(rows: Iterable[list[str]]) -> int:
    return sum(cell != NOTHING for row in rows for cell in row)


def cents(sql: str) -> str:
    return f"cast({sql} as decimal(18, 2))"


def _shares(report: Report, place: Place, name: str) -> None:
    ((company,),) = ask(
        place,
        f"select {name} from marts.rpt_utilization"
        " where level = 'company' and period = 'year' and period_starts_on = '2025-01-01'",
    )
    soon(lambda: report.tiles()["Utilization"], f"{WORDS.number(company)} %")
    people = ask(
        place,
        f"""
        select user_name, {name}, worked_hours, billable_hours, net_capacity_hours, bench_hours
        from marts.rpt_utilization
        where level = 'person' and period = 'year' and period_starts_on = '2025-01-01'
        order by {name} desc nulls last, user_name
        """,
    )
    wanted = [
        [who, WORDS.percent(share), *map(WORDS.hours, hours)] for who, share, *hours in people
    ]
    soon(lambda: report.figures("Utilization by person"), wanted)
    months = ask(
        place,
        f"""
        select period_starts_on, coalesce(team_name, 'All teams'), {name}, worked_hours,
            billable_hours, net_capacity_hours, bench_hours
        from marts.rpt_utilization
        where level <> 'person' and period = 'month' and year(period_starts_on) = 2025
        order by team_name nulls first, period_starts_on
        """,
    )
    wanted = [
        [team, WORDS.starting(month, "month"), WORDS.percent(share), *map(WORDS.hours, hours)]
        for month, team, share, *hours in months
    ]
    soon(lambda: report.figures("Utilization over time"), wanted)


def _capacity(report: Report, place: Place) -> None:
    hours = ask(
        place,
        """
        select users.user_name, months.date_day, capacity.net_capacity_hours
        from marts.dim_users as users
        cross join marts.dim_dates as months
        left join marts.rpt_utilization as capacity
            on capacity.user_id = users.user_id and capacity.level = 'person'
                and capacity.period = 'month' and capacity.period_starts_on = months.date_day
                and capacity.people > 0
        where year(months.date_day) = 2025 and day(months.date_day) = 1
        order by users.user_name, months.date_day
        """,
    )
    people = {who: [WORDS.hours(h) for name, _, h in hours if name == who] for who, *_ in hours}
    nothing = 12 * [WORDS.hours(None)]
    wanted = [[who, *months] for who, months in people.items() if months != nothing]
    soon(lambda: report.figures("Capacity"), wanted)


def _money(report: Report, place: Place) -> None:
    for title, name in (
        ("Revenue by customer", "customer_name"),
        ("Revenue by project", "coalesce(project_name, 'No project') || ', ' || customer_name"),
    ):
        rows = ask(
            place,
            f"""
            select {name} as name, {cents("sum(revenue)")},
                {cents("sum(case when billable_state = 'billed' then revenue else 0 end)")},
                {cents("sum(case when billable_state = 'billable' then revenue else 0 end)")},
                {cents("sum(provisional_revenue)")},
                {cents("cast(sum(duration_seconds) / 3600 as decimal(38, 10))")}
            from marts.fct_time_entries where {YEAR}
            group by name having sum(revenue) <> 0 or sum(provisional_revenue) <> 0
            """,
        )
        wanted = [
            [n, *(WORDS.money(m, "EUR") for m in money), f"{WORDS.hours(h)}"]
            for n, *money, h in rows
        ]
        assert sorted(report.figures(title)) == sorted(wanted)
    rows = ask(
        place,
        """
        select customer_name, sum(unbilled), sum(unbilled_0_to_30), sum(unbilled_31_to_60),
            sum(unbilled_61_to_90), sum(unbilled_over_90), max(oldest_days)
        from marts.rpt_work_in_progress group by all having sum(unbilled) <> 0 order by 2 desc, 1
        """,
    )
    wanted = [[n, *(WORDS.money(m, "EUR") for m in money), f"{days:,}"] for n, *money, days in rows]
    assert report.figures("Not billed yet") == wanted


def _budgets(report: Report, place: Place) -> None:
    rows = ask(
        place,
        """
        select project_name || ', ' || customer_name, burn_percent, exhausted_on
        from marts.rpt_budget_burn
        where budget_unit is not null and is_current and is_active and not is_completed
        order by burn_percent desc nulls last, 1
        """,
    )
    shown = [(row[0], row[1], row[-1]) for row in report.figures("Budgets")]
    assert shown == [(n, WORDS.percent(share), WORDS.day(last)) for n, share, last in rows]
    over = sum(row[1] > 100 for row in rows)
    told = report.page.get_by_text(f"all teams, {over} of {len(rows)} overrun.")
    assert told.count() == 1
