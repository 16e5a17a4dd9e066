"""The sections on money: revenue, what is not billed yet, and budgets."""

from collections.abc import Mapping, Sequence

from notebooks import charts
from notebooks.look import MOST_SHOWN, Look, Row, Section, made, of_them, plain
from notebooks.words import NOTHING

UNSEEN = "entries_without_revenue"
AGES = {
    "unbilled_0_to_30": ("0 to 30 days", "#4f93c9"),
    "unbilled_31_to_60": ("31 to 60 days", "#0b5a8f"),
    "unbilled_61_to_90": ("61 to 90 days", "#d55e00"),
    "unbilled_over_90": ("over 90 days", "#7a2b00"),
}
EARNINGS = {
    "billed": ("billed", charts.DONE),
    "unbilled": ("not billed yet", charts.DUE),
    "provisional": ("provisional", charts.OPEN),
}


def revenue(look: Look, by: str) -> Section:
    """Show what was earned by `customer` or `project`."""
    words = look.words
    found = look.marts.revenue(look.scope, by)
    rows = _parts(look, found[:MOST_SHOWN], "earned", EARNINGS)
    said = (
        f"Revenue of billable work in {look.currency} by {by}, provisional revenue apart."
        f" {look.counted}. {look.fresh}" + of_them(len(found[:MOST_SHOWN]), len(found), f"{by}s")
    )
    colours = dict(EARNINGS.values())
    return made(
        f"Revenue by {by}",
        said,
        lambda: charts.parts(rows, words, said, look.currency, colours),
        [by.capitalize(), "Earned", "Billed", "Not billed yet", "Provisional", "Hours"],
        [
            [
                row["name"],
                *(look.money(row[name], row[UNSEEN]) for name in ("earned", *EARNINGS)),
                words.hours(row["hours"]),
            ]
            for row in found
        ],
    )


def unbilled(look: Look) -> Section:
    """Show what is not billed yet, by customer and age."""
    words = look.words
    found = look.marts.unbilled_by_age(look.scope)
    rows = _parts(look, found[:MOST_SHOWN], "unbilled", AGES)
    said = (
        f"Earned and not billed, in {look.currency}, by customer and age of the entry; all periods"
        f" and teams. {look.fresh}" + of_them(len(found[:MOST_SHOWN]), len(found), "customers")
    )
    return made(
        "Not billed yet",
        said,
        lambda: charts.parts(rows, words, said, look.currency, dict(AGES.values())),
        ["Customer", "Not billed", *(label for label, _ in AGES.values()), "Oldest, days"],
        [
            [
                row["name"],
                *(look.money(row[name], row[UNSEEN]) for name in ("unbilled", *AGES)),
                words.number(row["oldest_days"], 0),
            ]
            for row in found
        ],
    )


def budgets(look: Look) -> Section:
    """Show how much of each budget is used, those that are overrun first."""
    words = look.words
    found = look.marts.budgets(look.scope)
    over = [row for row in found if (row["burn_percent"] or 0) > 100]  # noqa: PLR2004 - percent
    rows = [
        {
            "name": row["name"],
            "value": plain(row["burn_percent"]),
            "shown": words.percent(row["burn_percent"]),
            "is_over": row in over,
            "title": words.percent(row["burn_percent"])
            + (f", overrun: {row['name']}" if row in over else f": {row['name']}"),
        }
        for row in found[:MOST_SHOWN]
    ]
    said = (
        f"Used of the budget, in %: billable work before any factor, or all hours; projects under"
        f" way, all teams, {words.number(len(over), 0)} of {words.number(len(found), 0)} overrun."
        f" A budget that renews counts its current interval. {look.fresh}"
        + of_them(len(rows), len(found), "projects")
    )

    def amount(row: Row, name: str) -> str:
        value = row[name]
        return words.hours(value) if row["budget_unit"] == "hours" else look.money(value)

    return made(
        "Budgets",
        said,
        lambda: charts.bars(rows, words, said),
        ["Project", "Used", "Budget", "Used", "Left", "Renews every", "Used up on"],
        [
            [
                row["name"],
                words.percent(row["burn_percent"]),
                amount(row, "budget_amount"),
                amount(row, "used_amount"),
                amount(row, "remaining_amount"),
                row["budget_interval"] or NOTHING,
                words.day(row["exhausted_on"]),
            ]
            for row in found
        ],
    )


def _beside(look: Look, row: Row) -> str:
    """Tell what a bar holds beside what is earned."""
    provisional = row.get("provisional")
    return f" and {look.money(provisional)} provisional" if provisional else ""


def _parts(
    look: Look, found: Sequence[Row], whole: str, parts: Mapping[str, tuple[str, str]]
) -> list[Row]:
    """Return a row for each part of a bar; above it stands the whole."""
    return [
        {
            "name": row["name"],
            "part": label,
            "value": plain(row[name]),
            "shown": look.money(row[name], row[UNSEEN]),
            "title": f"{look.money(row[whole], row[UNSEEN])}{_beside(look, row)}: {row['name']}",
        }
        for row in found
        for name, (label, _) in parts.items()
    ]
