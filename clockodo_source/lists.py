"""Everything but entries: lists replaced whole, by year, or by person and half-year."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import dropwhile, takewhile
from typing import Any

from api_extract.errors import Unusable
from api_extract.reading import Shape
from api_extract.replace import Marked
from api_extract.spans import (
    Ask,
    Batch,
    Span,
    leave,
    owed,
    read_due,
    replace,
    rests,
    settle,
    shrunken,
)
from api_extract.windows import LAST_DAY, Window, years
from clockodo_source.reading import Clockodo, read_list, read_once, reading

EVERYTHING = "all"
WORK_TIMES_BEGAN = date(2023, 8, 21)  # the vendor keeps none from before


def whole(run: Clockodo, shape: Shape) -> Iterator[Any]:
    """Read a list and replace its tables, unless nothing has changed."""
    batch, span = Batch(run, shape), Span(EVERYTHING)
    if rests(batch, span):
        return
    run.ahead({name: reading(run, name) for name in _upcoming(run, batch.name)})
    try:
        settle(batch, span, read_once(run, shape.resource.name))
    except Unusable as error:
        leave(batch, EVERYTHING, error.status, str(error))
    yield from batch.items()


def _upcoming(run: Clockodo, first: str) -> Iterator[str]:
    """Return the lists that are read whole from this one on, until something else comes."""
    due = {first, *run.upcoming}
    if run.left:
        due &= run.left
    rest = dropwhile(lambda resource: resource.name != first, run.resources.values())
    for resource in takewhile(lambda resource: resource.reading == "whole", rest):
        name = resource.name
        if name in due and not rests(Batch(run, run.shape(name)), Span(EVERYTHING)):
            yield name


def by_year(run: Clockodo, shape: Shape) -> Iterator[Any]:
    """Read a list year by year: all years once, later those that can still change."""
    # A report of a year to come says nothing yet, whereas its calendar does.
    in_years = shape.tables[0].window == "year"
    latest = run.today if in_years else run.today + timedelta(days=run.settings.horizon_days)
    every = years(run.settings.start_date, min(latest, LAST_DAY) + timedelta(days=1))
    asks = [_of_year(run, shape, days, in_years=in_years) for days in every]
    batch = Batch(run, shape)
    read_due(batch, asks)
    read_due(batch, asks)  # as what changed in one year may recur in others
    yield from batch.items()


def by_person(run: Clockodo, shape: Shape) -> Iterator[Any]:
    """Read a list person by person and half-year by half-year."""
    batch = Batch(run, shape)
    begin = max(WORK_TIMES_BEGAN, run.settings.start_date)
    try:
        people: list[int] = read_once(run, "users")["users"]["id"].to_pylist()
    except Unusable as error:
        run.report.resource(batch.name).left(error.status, str(error))
        return
    half_years = _half_years(begin, run.today + timedelta(days=1))
    asks = [_of_person(run, shape, person, days) for person in people for days in half_years]
    # What an earlier run has left to this one comes first, lest it is left to the next as well.
    read_due(batch, sorted(asks, key=lambda ask: not owed(batch, ask.span)))
    gone = _gone(batch, people)
    yield from batch.items()
    for key in gone:
        run.forget(batch.name, key)


def _of_year(run: Clockodo, shape: Shape, days: Window, *, in_years: bool) -> Ask:
    number = days.since.year
    marked = Marked(number, number + 1) if in_years else Marked(days.since, days.until)
    span = Span(str(number), days, marked)
    return Ask(span, lambda: read_list(run, shape, {"year": number}, year=number))


def _of_person(run: Clockodo, shape: Shape, person: int, days: Window) -> Ask:
    span = Span(f"{person}:{days.key}", days, Marked(days.since, days.until, person))
    # The last day is asked for once too often: whether it counts is not documented.
    params = {"users_id": person, "date_since": days.since, "date_until": days.until}
    return Ask(span, lambda: read_list(run, shape, params))


def _gone(batch: Batch, people: Sequence[int]) -> list[str]:
    """Empty the spans of people who are listed no longer; return their names."""
    run, gone = batch.run, []
    listed = run.remembered("users").get(EVERYTHING, {}).get("rows", 0)
    if shrunken(listed, len(people)) and not run.options.accept_shrink:
        return []  # likelier a lost right, of which the list of people itself tells
    for key, known in run.remembered(batch.name).items():
        person, _, days = key.partition(":")
        if int(person) in people:
            continue
        since, until = map(date.fromisoformat, days.split("/"))
        if known["rows"]:
            replace(batch, Span(key, None, Marked(since, until, int(person))), batch.shape.empty())
        gone.append(key)
    return gone


def _half_years(since: date, until: date) -> list[Window]:
    spans = []
    for year in years(since, until):
        middle = date(year.since.year, 7, 1)
        spans += [Window(year.since, middle), Window(middle, year.until)]
    return [s for s in spans if s.since < until and since < s.until]
