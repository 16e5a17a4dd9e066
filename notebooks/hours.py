"""The sections on hours: utilization over time and by person, and capacity."""

from notebooks import charts
from notebooks.look import MOST_SHOWN, Look, Row, Section, made, of_them, plain

HOURS = ("Worked", "Billable", "Net capacity", "Not used")


def over_time(look: Look) -> Section:
    """Show a share by unit of time, for each team and for all."""
    words, unit = look.words, look.scope.unit
    found = look.marts.utilization_over_time(look.scope, look.share)
    if look.scope.team:  # which is all there is, then
        found = [row for row in found if row["team_name"]]
    rows = [
        {
            "series": _series(row["team_name"]),
            "label": words.starting(row["starts_on"], unit),
            "percent": plain(row["percent"]),
            "shown": look.percent(row),
            "is_over": row["is_over"],
        }
        for row in found
    ]
    hollow = "" if all(row["is_over"] for row in rows) else f" Hollow: a {unit} that is not over."
    said = _of_share(look, f"by {unit} and team") + hollow
    return made(
        "Utilization over time",
        said,
        lambda: charts.lines(rows, words, said),
        ["Team", unit.capitalize(), "Utilization", *HOURS],
        [
            [shown["series"], shown["label"], shown["shown"], *_hours(look, row)]
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
            "value": plain(row["percent"]),
            "shown": look.percent(row),
            "title": f"{look.percent(row)}: {row['user_name']}",
        }
        for row in found[: 2 * MOST_SHOWN]
    ]
    said = _of_share(look, "by person") + of_them(len(rows), len(found), "people")
    return made(
        "Utilization by person",
        said,
        lambda: charts.bars(rows, words, said),
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
            "value": plain(row["net_capacity_hours"]),
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
        f" {look.period}, days to come included. {look.fresh}"
        + of_them(len(shown), len(people), "people")
    )
    hours = {(row["user_name"], row["starts_on"]): row["net_capacity_hours"] for row in found}
    return made(
        "Capacity",
        said,
        lambda: charts.heat(rows, words, said, "hours"),
        ["Person", *labels.values()],
        [[name, *(words.hours(hours.get((name, day))) for day in labels)] for name in people],
    )


def _series(team: str | None) -> str:
    if team is None:
        return charts.WHOLE
    return f"{team} (a team)" if team == charts.WHOLE else team


def _hours(look: Look, row: Row) -> list[str]:
    worked, capacity, bench = (
        look.words.hours(row[f"{name}_hours"]) for name in ("worked", "net_capacity", "bench")
    )
    return [worked, look.billable(row), capacity, look.words.at_most(bench, look.is_hidden(row))]


def _of_share(look: Look, by: str) -> str:
    what = f"{look.measured.measures.capitalize()} of {look.measured.of}"
    return f"{what}, in %, {by}. {look.counted}. {look.fresh}"
