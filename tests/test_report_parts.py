"""The parts of the report, and the notebook: what is told, told apart, written and drawn."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import nbformat
import pytest
from nbclient import NotebookClient

from notebooks import charts
from notebooks.hours import by_person, capacity, over_time
from notebooks.look import NOTHING_THERE, Look, Section
from notebooks.money import AGES, EARNINGS, budgets, revenue, unbilled
from notebooks.periods import presets, unit
from notebooks.queries import VARIABLE, Marts, Scope
from notebooks.shares import SHARES
from notebooks.summary import summary
from notebooks.words import LANGUAGES, Words, language_of
from pipelines.place import Place
from pipelines.publish import publish
from tests.test_report import WORDS, YEAR, cents

NOTEBOOK = Path(__file__).parent.parent / "notebooks/first_look.ipynb"
CSS = Path(charts.__file__).with_name("report.css").read_text("utf-8")


@pytest.fixture
def spoil(demo_place: Place, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Publish the demo, change the copy, and let the app and the notebook find it."""

    def spoilt(name: str, *statements: str) -> None:
        folder = demo_place.warehouse.parent / name
        publish(demo_place, folder)
        monkeypatch.setenv(VARIABLE, str(folder / "timehouse.duckdb"))
        with duckdb.connect(str((folder / "timehouse.duckdb").resolve())) as copy:
            for statement in statements:
                copy.execute(statement)

    return spoilt


def look(
    name: str, currency: str = "EUR", account: str | None = None, team: str | None = None
) -> Look:
    """Return a look at a period of the published copy."""
    marts = Marts()
    span = marts.span()
    as_of = span["as_of"]
    periods = presets(as_of, span["first_on"] or as_of, span["last_on"] or as_of)
    since, until = periods[name]
    scope = Scope(since, until, as_of, unit(since, until), currency, account=account, team=team)
    return Look(marts, scope, WORDS, next(iter(SHARES)), span["built_at"])


def sections(seen: Look) -> list[Section]:
    every = (over_time, by_person, capacity, unbilled, budgets)
    return [section(seen) for section in every] + [
        revenue(seen, by) for by in ("customer", "project")
    ]


def test_what_is_not_there_or_not_seen_is_told(spoil: Callable[..., None]) -> None:
    """Without money, capacity and billing the page counts what is hidden; without rows it says so.

    The app runs to its end in each case.
    """
    from notebooks.report import app  # noqa: PLC0415 - marimo is slow to import

    spoil(
        "hidden",
        "update marts.fct_time_entries set revenue = null, provisional_revenue = null,"
        " billable_state = 'not_visible'",
        "update marts.fct_capacity_days set net_capacity_hours = null, gross_target_hours = null,"
        " not_visible_seconds = worked_seconds, billable_seconds = 0",
    )
    told_above = summary(look("Last year"))
    for told in (
        "days of people the key does not see what was owed",
        "h are billable is not visible to the key",
        "entries the key does not see the revenue",
        "<dt>Utilization</dt><dd>\N{EN DASH}</dd>",
        "<dt>Earned</dt><dd>\N{EN DASH}</dd>",
    ):
        assert told in told_above
    for section in sections(look("Last year")):
        assert section.chart is None or section.chart.spec["datasets"]["rows"]
    app.run()

    names = ("fct_time_entries", "fct_capacity_days", "rpt_budget_burn", "rpt_work_in_progress")
    others = "delete from marts.rpt_notices where kind <> 'built'"
    spoil("empty", *(f"delete from marts.{name}" for name in names), others)
    for section in sections(look("Last 12 months", "XXX")):
        assert section.chart is None
        assert NOTHING_THERE in section.head
    app.run()


def test_teams_accounts_and_currencies_are_looked_at_apart(spoil: Callable[..., None]) -> None:
    """Two of one name stay two; money of another currency or account is in no figure."""
    spoil(
        "several",
        "update marts.fct_capacity_days set user_name = 'Jo'",
        "update marts.fct_time_entries set currency = 'CHF' where team_name = 'Ovens'",
    )
    marts, every = Marts(), look("Last year")
    assert marts.choices()["currencies"] == ["EUR", "CHF"]
    names = [row["user_name"] for row in marts.utilization_by_person(every.scope, every.share)]
    assert len(names) == len(set(names)) > 20
    earned = (
        f"select {cents('sum(revenue)')} as earned from marts.fct_time_entries where {YEAR}"
        " and team_name = $team"
    )
    ovens, glazing = (look("Last year", "CHF", team=team) for team in ("Ovens", "Glazing"))
    assert marts.totals(ovens.scope)["earned"] == marts.one(earned, {"team": "Ovens"})["earned"]
    assert marts.totals(glazing.scope)["earned"] is None
    assert "CHF" in revenue(ovens, "customer").figures
    assert marts.totals(look("Last year", account="clockodo other").scope)["earned"] is None


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    """In English, German and French, on the page and on axes; the browser's wish comes first."""
    value = Decimal("-1234567.895")
    written = [Words(language).money(value, "EUR") for language in LANGUAGES]
    assert [text.replace("\u202f", " ").replace("\xa0", " ") for text in written] == [
        "-1,234,567.90 EUR",
        "-1.234.567,90 EUR",
        "-1 234 567,90 EUR",
    ]
    assert Words("Deutsch").of_charts()["number"] == {
        "decimal": ",",
        "thousands": ".",
        "grouping": [3],
        "currency": ["", ""],
    }
    assert language_of("fr-CH, de;q=0.9") == "Français"
    assert language_of("it, de-AT;q=0.5") == "Deutsch"
    assert language_of("") == "English"


def test_colours_are_seen_on_white() -> None:
    """Letters at 4.5 : 1 and what is drawn at 3 : 1, as the Web's guidelines (WCAG 2.2) ask for."""
    letters = [charts.INK, charts.FAINT, *re.findall(r"--(?:ink|faint): (#\w+)", CSS)]
    stacked = [[colour for _, colour in parts.values()] for parts in (EARNINGS, AGES)]
    drawn = [*charts.COLOURS, charts.DONE, charts.OVER, *stacked[0], *stacked[1]]
    assert len(letters) == 4
    assert [colour for colour in letters if contrast(colour) < 4.5] == []
    assert [colour for colour in drawn if contrast(colour) < 3] == []


def contrast(colour: str) -> float:
    """Return the contrast with white."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 1.05 / (sum(w * s for w, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05)


def test_the_notebook_says_what_it_shows(spoil: Callable[..., None]) -> None:
    """Run again on the demo's copy, every cell ends with the output that is stored."""
    spoil("bi")
    stored = nbformat.read(NOTEBOOK, nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]  # nbformat is not typed
    again = nbformat.from_dict(stored)  # type: ignore[no-untyped-call]  # as above
    NotebookClient(again, timeout=60).execute()
    told = [
        [cell.get("outputs", []) for cell in notebook.cells if cell.cell_type == "code"]
        for notebook in (stored, again)
    ]
    assert len(told[0]) == 6
    assert all(outputs for outputs in told[0])
    assert told[0] == told[1]


def test_work_for_no_customer_is_named_as_such(spoil: Callable[..., None]) -> None:
    """A tracker may know work without one: it has a bar of its own, with all of its money."""
    nobody = "customer_id = null, customer_name = null, project_id = null, project_name = null"
    spoil(
        "nobody",
        f"update marts.fct_time_entries set {nobody} where entry_kind = 'time'",
        "update marts.rpt_work_in_progress set customer_id = null, customer_name = 'No customer'",
    )
    seen = look("All time")

    for by, name in (("customer", "No customer"), ("project", "No project, No customer")):
        first = seen.marts.revenue(seen.scope, by)[0]
        assert first["name"] == name
        assert first["earned"] > 1_000_000
    assert {row["name"] for row in seen.marts.unbilled_by_age(seen.scope)} == {"No customer"}
