"""Everything but entries: lists replaced whole, by year, or by person and half-year."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api_extract.columns import content_hash
from api_extract.difference import count_changes, keep_known
from api_extract.errors import Unsettled
from api_extract.replace import Marked, staged
from api_extract.tables import Table
from api_extract.windows import Window, years
from clockodo_source.run import Run, Shape

EVERYTHING = "all"
FEW = 20  # a span of at most so many rows may shrink as it likes
WORK_TIMES_BEGAN = date(2023, 8, 21)  # the vendor keeps none from before


@dataclass
class Batch:
    """What one resource replaces: rows by table, and the windows they fill."""

    run: Run
    shape: Shape
    rows: dict[str, list[pa.Table]] = field(default_factory=dict)
    marks: list[Marked] = field(default_factory=list)

    def items(self) -> Iterator[Any]:
        """Yield one item a table and its windows, as each costs dlt a look at the schema."""
        for table in self.shape.tables:
            if table.name in self.rows:
                yield from staged(table, pa.concat_tables(self.rows[table.name]), self.marks)


def whole(run: Run, shape: Shape) -> Iterator[Any]:
    """Read a list and replace its tables, unless nothing has changed."""
    batch = Batch(run, shape)
    try:
        _settle(batch, EVERYTHING, run.read_list(shape))
    except Unsettled as error:
        _left(run, shape, error)
    yield from batch.items()


def by_year(run: Run, shape: Shape) -> Iterator[Any]:
    """Read a list year by year: all years once, later those that can still change."""
    # A report of a year to come says nothing yet, whereas its calendar does.
    batch = Batch(run, shape)
    latest = run.today if shape.tables[0].window == "year" else _horizon(run)
    read = run.remembered(shape.resource.name)
    for year in years(run.settings.start_date, latest + timedelta(days=1)):
        number = year.since.year
        known = read.get(str(number))
        followed = known is not None and known["rows"] > 0 and _followed(run, shape, number)
        if not followed and not _due(run, year, read=known is not None):
            continue
        try:
            tables = run.read(shape, {"year": number}, year=number)
        except Unsettled as error:
            _left(run, shape, error)
            continue
        in_years = shape.tables[0].window == "year"
        marked = Marked(number, number + 1) if in_years else Marked(year.since, year.until)
        _settle(batch, str(number), tables, marked, year)
    yield from batch.items()


def by_person(run: Run, shape: Shape, people: Sequence[int]) -> Iterator[Any]:
    """Read a list person by person and half-year by half-year."""
    batch = Batch(run, shape)
    begin = max(WORK_TIMES_BEGAN, run.settings.start_date)
    spans = _half_years(begin, run.today + timedelta(days=1))
    read = run.remembered(shape.resource.name)
    for person in people:
        for span in spans:
            if not _due(run, span, read=f"{person}:{span.key}" in read):
                continue
            # The last day is asked for once too often: whether it counts is not documented.
            dates = {"date_since": span.since, "date_until": span.until}
            tables = run.read(shape, {"users_id": person, **dates})
            marked = Marked(span.since, span.until, person)
            _settle(batch, f"{person}:{span.key}", tables, marked, span)
    yield from batch.items()


def _settle(
    batch: Batch,
    span: str,
    tables: dict[str, pa.Table],
    marked: Marked | None = None,
    window: Window | None = None,
) -> None:
    """Compare a span with what is remembered of it; add it to the batch if it differs."""
    run, shape = batch.run, batch.shape
    tables = {t.name: _within(tables[t.name], t, marked) for t in shape.tables}
    rows = tables[shape.tables[0].name].num_rows
    digest = "".join(content_hash(tables[t.name], t.key) for t in shape.tables)
    before = run.remembered(shape.resource.name).get(span)
    unchanged = before is not None and before["hash"] == digest
    report = run.report.resource(shape.resource.name)
    report.rows += rows
    for name, table in tables.items():
        run.report.table(name).read += table.num_rows
        run.report.table(name).windows += 1
        run.report.table(name).unchanged_windows += unchanged
    if window:
        run.report.window(shape.resource.name, window.since, window.until, rows, digest)
    if unchanged:
        return
    if before and shrunken(before["rows"], rows) and not run.options.accept_shrink:
        report.status = "shrunken"
        report.detail = (
            f"{span}: {before['rows']} rows before, {rows} now; left as it was."
            " If that is right, run again with --accept-shrink."
        )
        return
    report.status = "loaded" if report.status == "unchanged" else report.status
    for table in shape.tables:
        new = _compared(batch, table, tables[table.name], marked, fresh=before is None)
        batch.rows.setdefault(table.name, []).append(new)
    if marked:
        batch.marks.append(marked)
    run.remember(shape.resource.name, span, hash=digest, rows=rows)


def shrunken(before: int, now: int) -> bool:
    """Tell whether a span lost so many rows that a lost right is likelier than deletions."""
    return before > FEW and now * 2 < before


def _compared(
    batch: Batch, table: Table, new: pa.Table, marked: Marked | None, *, fresh: bool
) -> pa.Table:
    """Count what differs from the destination; return the rows with what rights hide now."""
    run, absent = batch.run, batch.shape.readers[table.name].seen.absent
    old = new.slice(0, 0) if fresh else run.known.rows(table, *_where(table, marked))
    new = keep_known(
        old, new, table.key, [c.name for c in table.loaded if c.right and absent.get(c.name)]
    )
    run.report.table(table.name).changes.add(count_changes(old, new, table.key))
    return new


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


def _due(run: Run, span: Window, *, read: bool) -> bool:
    """Tell whether a span is to be read: asked for, or recent, or never read."""
    options = run.options
    if options.since or options.until:
        return span.overlaps(Window(options.since or date.min, options.until or date.max))
    recent = Window(run.today - timedelta(days=run.lookback_days), date.max)
    return options.full or not read or span.overlaps(recent)


def _followed(run: Run, shape: Shape, year: int) -> bool:
    """Tell whether something this list is computed from has changed in this run."""
    loaded = {name for name, r in run.report.resources.items() if r.status == "loaded"}
    follows = set(shape.resource.follows)
    if "entries" in follows and year in run.touched_years:
        return True
    return bool(follows & loaded - {"entries"})


def _half_years(since: date, until: date) -> list[Window]:
    spans = []
    for year in years(since, until):
        middle = date(year.since.year, 7, 1)
        spans += [Window(year.since, middle), Window(middle, year.until)]
    return [s for s in spans if s.since < until and since < s.until]


def _horizon(run: Run) -> date:
    return run.today + timedelta(days=run.settings.horizon_days)


def _left(run: Run, shape: Shape, error: Unsettled) -> None:
    report = run.report.resource(shape.resource.name)
    report.status, report.detail = "unsettled", str(error)
