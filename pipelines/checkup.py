"""`timehouse check`: one request a resource, nothing loaded."""

from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from api_extract.errors import Forbidden, Gone
from api_extract.windows import midnight
from clockodo_source import Options, Report, Settings
from clockodo_source.api import first_request, open_session, page_reader
from clockodo_source.entries import params
from clockodo_source.identity import identify
from clockodo_source.resource import Resource
from clockodo_source.run import Run
from clockodo_source.tables import RESOURCES


@dataclass
class Check:
    """What one resource answered; `rows` is what it would load, of one year or person at least."""

    resource: str
    answer: str
    rows: int | None
    optional: bool
    of: str


def check(settings: Settings, options: Options) -> tuple[Report, list[Check]]:
    """Ask each resource once; raises what keeps the account from being read at all."""
    session = open_session(settings)
    run = Run(settings, options, session, Report())
    try:
        identify(run)
        checks = [_ask(run, resource) for resource in RESOURCES]
        run.report.requests = session.requests
        return run.report, checks
    finally:
        session.close()


def _ask(run: Run, resource: Resource) -> Check:
    params, of = _smallest(run, resource)
    request = first_request(resource, **params)
    if resource.page_size:
        request = request.with_params(items_per_page=1)
    try:
        page = run.session.fetch(request, page_reader(resource))
    except Forbidden:
        if resource.reading == "entries" and run.enhanced:
            run.enhanced = False
            plain = _ask(run, resource)
            return replace(plain, answer="without money") if plain.answer == "ok" else plain
        return Check(resource.name, "forbidden", None, resource.optional, of)
    except Gone:
        return Check(resource.name, "missing", None, resource.optional, of)
    rows = page.count_items
    if rows is None:
        listed = msgspec.json.decode(page.rows)
        rows = len(listed) if isinstance(listed, list) else 1
    return Check(resource.name, "ok", rows, resource.optional, of)


def _smallest(run: Run, resource: Resource) -> tuple[dict[str, object], str]:
    """Return the parameters of a telling first request, and what part of the whole it covers."""
    day = timedelta(days=1)
    match resource.reading:
        case "entries":
            horizon = run.today + run.settings.horizon_days * day
            since, until = (midnight(d, run.zone) for d in (run.settings.start_date, horizon))
            return params(run, since, until), "all time"
        case "years":
            return {"year": run.today.year}, str(run.today.year)
        case "person_days":
            me = {"users_id": run.report.owner}
            return {
                **me,
                "date_since": run.today - 30 * day,
                "date_until": run.today,
            }, "you, 30 days"
        case _:
            return {}, "all"
