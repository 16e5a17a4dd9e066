"""Everything but entries: lists replaced whole, by year, or by person and half-year."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import content_hash
from api_extract.difference import count_changes, keep_known
from api_extract.errors import Later, Unsettled
from api_extract.replace import Marked, staged
from api_extract.tables import Table
from api_extract.windows import LAST_DAY, Window, years
from clockodo_source.reading import Shape
from clockodo_source.report import Trouble
from clockodo_source.run import FEW, Run

EVERYTHING = "all"
WORK_TIMES_BEGAN = date(2023, 8, 21)  # the vendor keeps none from before


@dataclass(frozen=True)
class Span:
    """What of a list is read at once: the name it is remembered by, its days, its place."""

    key: str
    days: Window | None = None
    marked: Marked | None = None


@dataclass(frozen=True)
class Ask:
    """What to ask for to read a span; `year` is stamped on rows without one."""

    span: Span
    params: dict[str, object]
    year: int = 0


@dataclass
class Batch:
    """What one resource replaces: rows by table, the windows they fill, what to remember."""

    run: Run
    shape: Shape
    rows: dict[str, list[pa.Table]] = field(default_factory=dict)
    marks: list[Marked] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The resource."""
        return self.shape.resource.name

    def items(self) -> Iterator[Any]:
        """Yield one item a table and its windows, as each costs dlt a look at the schema."""
        for table in self.shape.tables:
            if table.name in self.rows:
                yield from staged(table, pa.concat_tables(self.rows[table.name]), self.marks)
        # Only now, as a later span may be refused: what was not handed on is not remembered.
        for span, facts in self.facts.items():
            self.run.remember(self.name, span, facts)


def whole(run: Run, shape: Shape) -> Iterator[Any]:
    """Read a list and replace its tables, unless nothing has changed."""
    batch = Batch(run, shape)
    try:
        _settle(batch, Span(EVERYTHING), run.read_list(shape))
    except Unsettled as error:
        _left(batch, EVERYTHING, "unsettled", str(error))
    yield from batch.items()


def by_year(run: Run, shape: Shape) -> Iterator[Any]:
    """Read a list year by year: all years once, later those that can still change."""
    # A report of a year to come says nothing yet, whereas its calendar does.
    in_years = shape.tables[0].window == "year"
    latest = run.today if in_years else run.today + timedelta(days=run.settings.horizon_days)
    every = years(run.settings.start_date, min(latest, LAST_DAY) + timedelta(days=1))
    asks = [_of_year(days, in_years=in_years) for days in every]
    batch = Batch(run, shape)
    # Twice, because what changed in one year may recur in the years before it.
    _read_due(batch, [*asks, *asks])
    yield from batch.items()


def by_person(run: Run, shape: Shape) -> Iterator[Any]:
    """Read a list person by person and half-year by half-year."""
    batch = Batch(run, shape)
    begin = max(WORK_TIMES_BEGAN, run.settings.start_date)
    try:
        people: list[int] = run.read_list(run.shape("users"))["users"]["id"].to_pylist()
    except Unsettled as error:
        run.report.resource(batch.name).left("unsettled", str(error))
        return
    half_years = _half_years(begin, run.today + timedelta(days=1))
    asks = [_of_person(person, days) for person in people for days in half_years]
    # What an earlier run has left to this one comes first, lest it is left to the next as well.
    _read_due(batch, sorted(asks, key=lambda ask: not _owed(batch, ask.span)))
    gone = _gone(batch, people)
    yield from batch.items()
    for key in gone:
        run.forget(batch.name, key)


def _of_year(days: Window, *, in_years: bool) -> Ask:
    number = days.since.year
    marked = Marked(number, number + 1) if in_years else Marked(days.since, days.until)
    return Ask(Span(str(number), days, marked), {"year": number}, number)


def _of_person(person: int, days: Window) -> Ask:
    span = Span(f"{person}:{days.key}", days, Marked(days.since, days.until, person))
    # The last day is asked for once too often: whether it counts is not documented.
    return Ask(span, {"users_id": person, "date_since": days.since, "date_until": days.until})


def _read_due(batch: Batch, asks: Sequence[Ask]) -> None:
    """Read the spans that are due, until there are no requests left."""
    read: set[str] = set()
    for ask in asks:
        if ask.span.key in read or not _due(batch, ask.span):
            continue
        try:
            tables = batch.run.read(batch.shape, ask.params, year=ask.year)
        except Unsettled as error:
            _left(batch, ask.span.key, "unsettled", str(error))
        except Later as error:
            due = {a.span.key for a in asks if _due(batch, a.span)}
            batch.run.postpone(batch.name, due - read, error)
            return
        else:
            _settle(batch, ask.span, tables)
        read.add(ask.span.key)


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
            _replace(batch, Span(key, None, Marked(since, until, int(person))), batch.shape.empty())
        gone.append(key)
    return gone


def _settle(batch: Batch, span: Span, tables: dict[str, pa.Table]) -> None:
    """Compare a span with what is remembered of it; add it to the batch if it differs."""
    run, shape = batch.run, batch.shape
    tables = {t.name: _within(tables[t.name], t, span.marked) for t in shape.tables}
    rows = tables[shape.tables[0].name].num_rows
    total = sum(table.num_rows for table in tables.values())
    digest = "".join(content_hash(tables[t.name], t.key) for t in shape.tables)
    before = run.remembered(batch.name).get(span.key)
    unchanged = before is not None and before["hash"] == digest
    run.report.resource(batch.name).rows += rows
    for name, table in tables.items():
        run.report.table(name).saw(table.num_rows, unchanged=unchanged)
    if span.days:
        run.report.window(batch.name, span.days.since, span.days.until, rows, digest)
    if before and shrunken(before["rows"], total) and not run.options.accept_shrink:
        detail = f"{span.key}: {before['rows']} rows before, {total} now; left as it was."
        hint = " If that is right, run again with --accept-shrink."
        _left(batch, span.key, "shrunken", detail + hint)
        return
    if not unchanged:
        _replace(batch, span, tables, fresh=before is None)
        run.restate(batch.name)
    batch.facts[span.key] = {"hash": digest, "rows": total}
    if span.days:
        batch.facts[span.key]["open"] = run.still_open(span.days)


def _replace(batch: Batch, span: Span, tables: dict[str, pa.Table], *, fresh: bool = False) -> None:
    """Add the rows, with what rights hide now, to the batch; count what they change."""
    run = batch.run
    run.report.resource(batch.name).loaded()
    for table in batch.shape.tables:
        new = tables[table.name]
        old = run.known.rows(table, *(("1 = 0",) if fresh else _where(table, span.marked)))
        new = keep_known(old, new, table.key)
        run.report.table(table.name).changes.add(count_changes(old, new, table.key))
        batch.rows.setdefault(table.name, []).append(new)
    if span.marked:
        batch.marks.append(span.marked)


def shrunken(before: int, now: int) -> bool:
    """Tell whether a span lost so many rows that a lost right is likelier than deletions."""
    return before > FEW and now * 2 < before


def _within(rows: pa.Table, table: Table, marked: Marked | None) -> pa.Table:
    if marked is None or not rows.num_rows:
        return rows
    column = rows[table.window]
    return rows.filter(
        pc.and_(pc.greater_equal(column, marked.since), pc.less(column, marked.until))
    )


def _where(table: Table, marked: Marked | None) -> tuple[Any, ...]:
    if marked is None:
        return ("1 = 1",)
    where = f"{table.window} >= %s AND {table.window} < %s"
    bounds = (marked.since, marked.until)
    return (f"{where} AND {table.per} = %s", *bounds, marked.per) if table.per else (where, *bounds)


def _due(batch: Batch, span: Span) -> bool:
    """Tell whether a span is to be read: asked for, never read, recent, or to be read again."""
    run, days = batch.run, span.days or batch.run.recent
    if run.asked:
        return days.overlaps(run.asked)
    if run.options.full or _owed(batch, span) or days.overlaps(run.recent):
        return True
    return bool(run.remembered(batch.name)[span.key].get("open", True))


def _owed(batch: Batch, span: Span) -> bool:
    """Tell whether a span was never read, or is to be read again however old it is."""
    known = batch.run.remembered(batch.name).get(span.key)
    return known is None or bool(known.get("again"))


def _half_years(since: date, until: date) -> list[Window]:
    spans = []
    for year in years(since, until):
        middle = date(year.since.year, 7, 1)
        spans += [Window(year.since, middle), Window(middle, year.until)]
    return [s for s in spans if s.since < until and since < s.until]


def _left(batch: Batch, span: str, status: Trouble, detail: str) -> None:
    """Report a span that is left as it was, and have it read again until it can be replaced."""
    batch.run.report.resource(batch.name).left(status, detail)
    batch.run.flag(batch.name, span, again=True)
