"""What is asked to find out what a resource would give."""

from datetime import timedelta

import msgspec

from api_extract.checkup import Asked
from api_extract.errors import Forbidden
from api_extract.resource import Resource
from api_extract.windows import midnight
from clockodo_source.api import first_request, page_reader
from clockodo_source.entries import params
from clockodo_source.reading import Clockodo


def ask(run: Clockodo, resource: Resource) -> Asked:
    """Ask for the smallest telling part of a resource; of a year or of one person at least."""
    asked, of = _smallest(run, resource)
    request = first_request(resource, **asked)
    if resource.page_size:
        request = request.with_params(items_per_page=1)
    try:
        page = run.session.fetch(request, page_reader(resource))
    except Forbidden:
        if resource.reading != "entries" or resource.name in run.reduced:
            raise
        run.reduced.add(resource.name)
        return ask(run, resource)._replace(answer="without money")
    rows = page.count_items
    if rows is None:
        listed = msgspec.json.decode(page.rows)
        rows = len(listed) if isinstance(listed, list) else 1
    return Asked(rows, of)


def _smallest(run: Clockodo, resource: Resource) -> tuple[dict[str, object], str]:
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
            days = {"date_since": run.today - 30 * day, "date_until": run.today}
            return {"users_id": run.report.owner, **days}, "you, 30 days"
        case _:
            return {}, "all"
