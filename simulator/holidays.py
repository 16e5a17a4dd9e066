"""Nonbusiness days: the rules of two German states, and what they mean in a given year."""

from datetime import date, timedelta
from typing import NamedTuple

from simulator.store import Ledger, Row


class Special(NamedTuple):
    """A day every group may pick; the numbering is ours, the vendor's is not published."""

    names: tuple[str, str, str]
    month: int
    day: int


# A month of 0 counts the days from Easter Sunday.
SPECIALS = {
    1: Special(("New Year's Day", "Neujahr", "Jour de l'an"), 1, 1),
    2: Special(("Epiphany", "Heilige Drei Könige", "Épiphanie"), 1, 6),
    3: Special(("International Women's Day", "Frauentag", "Journée des femmes"), 3, 8),
    4: Special(("Good Friday", "Karfreitag", "Vendredi saint"), 0, -2),
    5: Special(("Easter Monday", "Ostermontag", "Lundi de Pâques"), 0, 1),
    6: Special(("Labour Day", "Tag der Arbeit", "Fête du Travail"), 5, 1),
    7: Special(("Ascension Day", "Christi Himmelfahrt", "Ascension"), 0, 39),
    8: Special(("Whit Monday", "Pfingstmontag", "Lundi de Pentecôte"), 0, 50),
    9: Special(("Corpus Christi", "Fronleichnam", "Fête-Dieu"), 0, 60),
    10: Special(("Assumption Day", "Mariä Himmelfahrt", "Assomption"), 8, 15),
    11: Special(("German Unity Day", "Tag der Deutschen Einheit", "Unité allemande"), 10, 3),
    12: Special(("All Saints' Day", "Allerheiligen", "Toussaint"), 11, 1),
    13: Special(("Christmas Eve", "Heiligabend", "Réveillon de Noël"), 12, 24),
    14: Special(("Christmas Day", "1. Weihnachtstag", "Noël"), 12, 25),
    15: Special(("Boxing Day", "2. Weihnachtstag", "Lendemain de Noël"), 12, 26),
    16: Special(("New Year's Eve", "Silvester", "Saint-Sylvestre"), 12, 31),
}
# Custom rather than law: half a working day is due.
HALF_DAYS = {13, 16}
STATES = {
    "Bavaria": (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
    "Berlin": (1, 3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16),
}
GROUP_NAMES = {
    "Bavaria": ("Bavaria", "Bayern", "Bavière"),
    "Berlin": ("Berlin", "Berlin", "Berlin"),
}


def fill(ledger: Ledger) -> dict[str, int]:
    """Create the groups and their days; returns the group of each state."""
    groups = {}
    for state, special_ids in STATES.items():
        group = ledger.add("nonbusiness_groups", name=state, company_default=state == "Bavaria")
        groups[state] = group
        for special_id in special_ids:
            ledger.add(
                "nonbusiness_days",
                nonbusiness_group_id=group,
                type="SPECIAL",
                name=SPECIALS[special_id].names[0],
                half_day=special_id in HALF_DAYS,
                surcharge_special=special_id in {6, 14, 15},
                special_id=special_id,
            )
    plain = {"half_day": False, "surcharge_special": False}
    ledger.add(
        "nonbusiness_days",
        nonbusiness_group_id=groups["Berlin"],
        type="DISTINCT_ONCE",
        name="80 years of liberation",
        **plain,
        day=8,
        month=5,
        year=2025,
    )
    ledger.add(
        "nonbusiness_days",
        nonbusiness_group_id=groups["Bavaria"],
        type="DISTINCT_RECURRING",
        name="Founders' afternoon",
        **{**plain, "half_day": True},
        day=12,
        month=6,
    )
    return groups


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, after Meeus, Jones and Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def evaluated(rule: Row, year: int) -> date | None:
    """Tell the date of a rule in a year; None when the rule does not apply to it."""
    if rule["type"] == "SPECIAL":
        _, month, day = SPECIALS[rule["special_id"]]
        return date(year, month, day) if month else easter(year) + timedelta(days=day)
    if rule["type"] == "DISTINCT_ONCE" and rule["year"] != year:
        return None
    return date(year, rule["month"], rule["day"])


def is_fixed(rule: Row) -> bool:
    """Whether a rule falls on the same date each year."""
    if rule["type"] == "SPECIAL":
        return SPECIALS[rule["special_id"]].month > 0
    return bool(rule["type"] == "DISTINCT_RECURRING")


def of_year(ledger: Ledger, year: int, groups: set[int] | None = None) -> list[tuple[date, Row]]:
    """Days of a year in order, of all groups or of some."""
    found = [
        (day, rule)
        for rule in ledger.rows("nonbusiness_days")
        if (groups is None or rule["nonbusiness_group_id"] in groups)
        and (day := evaluated(rule, year))
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1]["id"]))


def of_user(ledger: Ledger, users_id: int, year: int) -> list[tuple[date, Row]]:
    """Days of a year that hold for a person, group by group as assigned on that day."""
    spans = [r for r in ledger.rows("users_nonbusiness_groups") if r["users_id"] == users_id]
    return [
        (day, rule)
        for day, rule in of_year(ledger, year)
        if any(
            span["nonbusiness_groups_id"] == rule["nonbusiness_group_id"]
            and span["date_since"] <= day.isoformat() <= (span["date_until"] or "9999-12-31")
            for span in spans
        )
    ]
