"""The sections of the report: what is said above a chart, the chart, and its figures below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from notebooks import charts
from notebooks.queries import BILLABLE, MOST_SHOWN, SHARES, Marts, Scope, Share
from notebooks.words import NO_CURRENCY, NOTHING, Words, section, table, tiles, warning

Row = dict[str, Any]
UNSEEN = "entries_without_revenue"
NONE = "There is nothing of it in this period."
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


@dataclass(frozen=True)
class Look:
    """What is looked at, and how it is written; `share` is the column of the marts."""

    marts: Marts
    scope: Scope
    words: Words
    share: str
    built_at: datetime

    @property
    def measured(self) -> Share:
        """The share that is shown."""
        return SHARES[self.share]

    @property
    def period(self) -> str:
        """The days that are looked at."""
        return f"{self.words.day(self.scope.since)} to {self.words.day(self.scope.until)}"

    @property
    def counted(self) -> str:
        """The days that are counted, which are those that have begun."""
        until = self.scope.counted_until
        cut = ", not over yet" if until < self.scope.until else ""
        return f"{self.words.day(self.scope.since)} to {self.words.day(until)}{cut}"

    @property
    def fresh(self) -> str:
        """As of when the figures are."""
        return f"As of {self.words.moment(self.built_at)}."

    @property
    def unit(self) -> str:
        """The currency, as an axis is called."""
        currency = self.scope.currency
        return "no currency" if currency == NO_CURRENCY else currency

    def percent(self, row: Row, name: str = "percent") -> str:
        """Write the share; where it is not visible whether hours are billable, it may be higher."""
        hidden = bool(row["not_visible_hours"]) and self.measured.measures == BILLABLE
        return self.words.at_least(self.words.percent(row[name]), hidden)

    def billable(self, row: Row) -> str:
        """Write the billable hours of a row."""
        hours = self.words.hours(row["billable_hours"])
        return self.words.at_least(hours, bool(row["not_visible_hours"]))

    def money(self, value: Decimal | None, unseen: int = 0) -> str:
        """Write an amount; where the key does not see that of some entries, it is at least that."""
        return self.words.at_least(self.words.money(value, self.scope.currency), bool(unseen))


@dataclass(frozen=True)
class Section:
    """A heading with what the chart shows, the chart if there is anything, and its figures."""

    head: str
    chart: charts.Drawing | None
    figures: str


def summary(look: Look) -> str:
    """Write the figures of all that is looked at, and what of it they leave out."""
    totals, words = look.marts.totals(look.scope), look.words
    unseen = totals[UNSEEN]
    share = f"{look.measured.measures} of {look.measured.of}"
    return (
        section(
            "In all",
            f"Utilization is {share}. {look.counted}. Money in {look.unit}. {look.fresh}",
        )
        + tiles(
            [
                ("Utilization", look.percent(totals, look.share)),
                ("Hours worked", words.hours(totals["worked_hours"])),
                ("Billable hours", look.billable(totals)),
                ("Net capacity", words.hours(totals["net_capacity_hours"])),
                ("Earned", look.money(totals["earned"], unseen)),
                ("Of it not billed yet", look.money(totals["unbilled"], unseen)),
                ("Provisional", look.money(totals["provisional"], unseen)),
            ]
        )
        + warning([*_incomplete(look, totals), *_noticed(look)])
    )


def _incomplete(look: Look, totals: Mapping[str, Any]) -> list[str]:
    """Tell what of the period is not counted, or not seen."""
    words, scope = look.words, look.scope
    left, hidden = totals["days_without_known_capacity"], totals["not_visible_hours"]
    unseen = totals["entries_without_revenue"]
    lines = []
    if scope.until >= scope.as_of:
        lines.append(f"The period is not over: counted up to {words.day(scope.counted_until)}.")
    if totals["booked_ahead"]:
        lines.append(f"Booked ahead, and not counted yet: {look.money(totals['booked_ahead'])}.")
    if left:
        lines.append(
            f"On {words.number(left, 0)} days of people the key does not see what was owed;"
            " they are in no share of capacity."
        )
    if hidden:
        lines.append(f"Whether {words.hours(hidden)} are billable is not visible to the key.")
    if unseen:
        lines.append(f"Of {words.number(unseen, 0)} entries the key does not see the revenue.")
    return lines


def _noticed(look: Look) -> list[str]:
    """Tell what the last runs met: lists refused or left as they were, and months that differ."""
    words, lines = look.words, []
    for notice in look.marts.notices():
        if look.scope.account not in (None, notice["account"]):
            continue
        subject, detail = notice["subject"], f" ({notice['detail']})" if notice["detail"] else ""
        seen = words.moment(notice["noticed_at"])
        match notice["kind"]:
            case "refused":
                line = f"the key may not read {subject}{detail}"
            case "drift":
                month = words.starting(notice["month"], "month")
                line = (
                    f"{subject} of {month} differ: {words.number(notice['tracker_value'])} in the"
                    f" tracker, {words.number(notice['warehouse_value'])} here, as of {seen}"
                )
            case _:
                last = notice["last_read_at"]
                read = f"last read {words.moment(last)}" if last else "never read"
                line = f"{subject} stayed as it was{detail}; {read}"
        lines.append(f"{notice['account']}: {line.rstrip('.')}.")
    return lines


def over_time(look: Look) -> Section:
    """Show a share by unit of time, for each team and for all."""
    words, unit = look.words, look.scope.unit
    found = look.marts.utilization_over_time(look.scope, look.share)
    if look.scope.team:  # which is all there is, then
        found = [row for row in found if row["team_name"]]
    rows = [
        {
            "series": row["team_name"] or charts.WHOLE,
            "label": words.starting(row["starts_on"], unit),
            "percent": _plain(row["percent"]),
            "shown": look.percent(row),
            "is_over": row["is_over"],
        }
        for row in found
    ]
    hollow = "" if all(row["is_over"] for row in rows) else f" Hollow: a {unit} that is not over."
    said = _of_share(look, f"by {unit} and team") + hollow
    return _section(
        "Utilization over time",
        said,
        charts.lines(rows, words, said) if rows else None,
        [unit.capitalize(), "Team", "Utilization", *HOURS],
        [
            [shown["label"], shown["series"], shown["shown"], *_hours(look, row)]
            for row, shown in zip(found, rows, strict=True)
        ],
    )


def by_person(look: Look) -> Section:
    """Show a share for each person."""
    words = look.words
    found = look.marts.utilization_by_person(look.scope, look.share)
    rows = [
        {
            "name": row["user_name"],
            "value": _plain(row["percent"]),
            "shown": look.percent(row),
            "title": f"{look.percent(row)}: {row['user_name']}",
        }
        for row in found[: 2 * MOST_SHOWN]
    ]
    said = _of_share(look, "by person") + _of_them(rows, found, "people")
    return _section(
        "Utilization by person",
        said,
        charts.bars(rows, words, said) if rows else None,
        ["Person", "Utilization", *HOURS],
        [[row["user_name"], look.percent(row), *_hours(look, row)] for row in found],
    )


def capacity(look: Look) -> Section:
    """Show how many hours each person can give, by unit of time."""
    words, unit = look.words, look.scope.unit
    found = look.marts.capacity(look.scope)
    people = list(dict.fromkeys(row["user_name"] for row in found))
    shown = people[: 2 * MOST_SHOWN]
    labels = {day: words.starting(day, unit) for day in sorted({row["starts_on"] for row in found})}
    rows = [
        {
            "name": row["user_name"],
            "label": labels[row["starts_on"]],
            "value": _plain(row["net_capacity_hours"]),
            "shown": words.hours(row["net_capacity_hours"]),
            "target": words.hours(row["gross_target_hours"]),
            "holidays": words.hours(row["holiday_hours"]),
            "absences": words.hours(row["absence_hours"]),
        }
        for row in sorted(found, key=lambda row: row["starts_on"])
        if row["user_name"] in set(shown)
    ]
    said = (
        f"Net capacity in hours (target less holidays and absences) by person and {unit}."
        f" {look.period}, days to come included. {look.fresh}" + _of_them(shown, people, "people")
    )
    hours = {(row["user_name"], row["starts_on"]): row["net_capacity_hours"] for row in found}
    return _section(
        "Capacity",
        said,
        charts.heat(rows, words, said, "hours") if rows else None,
        ["Person", *labels.values()],
        [[name, *(words.hours(hours.get((name, day))) for day in labels)] for name in people],
    )


def revenue(look: Look, by: str) -> Section:
    """Show what was earned by `customer` or `project`."""
    words = look.words
    found = look.marts.revenue(look.scope, by)
    rows = _parts(look, found[:MOST_SHOWN], "earned", EARNINGS)
    said = (
        f"Revenue of billable work in {look.unit} by {by}, provisional revenue apart."
        f" {look.counted}. {look.fresh}" + _of_them(found[:MOST_SHOWN], found, f"{by}s")
    )
    colours = dict(EARNINGS.values())
    return _section(
        f"Revenue by {by}",
        said,
        charts.parts(rows, words, said, look.unit, colours) if rows else None,
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
        f"Earned and not billed, in {look.unit}, by customer and age of the entry; all periods and"
        f" all teams. {look.fresh}" + _of_them(found[:MOST_SHOWN], found, "customers")
    )
    return _section(
        "Not billed yet",
        said,
        charts.parts(rows, words, said, look.unit, dict(AGES.values())) if rows else None,
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
            "value": _plain(row["burn_percent"]),
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
        + _of_them(rows, found, "projects")
    )

    def amount(row: Row, name: str) -> str:
        value = row[name]
        return words.hours(value) if row["budget_unit"] == "hours" else look.money(value)

    return _section(
        "Budgets",
        said,
        charts.bars(rows, words, said) if rows else None,
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


HOURS = ("Worked", "Billable", "Net capacity", "Not used")


def _hours(look: Look, row: Row) -> list[str]:
    worked, capacity, bench = (
        look.words.hours(row[f"{name}_hours"]) for name in ("worked", "net_capacity", "bench")
    )
    return [worked, look.billable(row), capacity, bench]


def _of_share(look: Look, by: str) -> str:
    what = f"{look.measured.measures.capitalize()} of {look.measured.of}"
    return f"{what}, in %, {by}. {look.counted}. {look.fresh}"


def _of_them(shown: Any, found: Any, what: str) -> str:  # noqa: ANN401 - anything that has a length
    if len(shown) == len(found):
        return ""
    return f" The chart shows {len(shown)} of {len(found)} {what}; the figures below show all."


def _parts(
    look: Look, found: Sequence[Row], whole: str, parts: Mapping[str, tuple[str, str]]
) -> list[Row]:
    """Return a row for each part of a bar; above it stands the whole."""
    return [
        {
            "name": row["name"],
            "part": label,
            "value": _plain(row[name]),
            "shown": look.money(row[name], row[UNSEEN]),
            "title": f"{look.money(row[whole], row[UNSEEN])}: {row['name']}",
        }
        for row in found
        for name, (label, _) in parts.items()
    ]


def _section(
    title: str,
    said: str,
    chart: charts.Drawing | None,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> Section:
    if not rows:
        return Section(section(title, said, NONE), None, "")
    return Section(section(title, said), chart, table(title, heads, rows))


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
