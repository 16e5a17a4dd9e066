"""How the lists of an account are read: whole, and each that others need once a run."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from api_extract.pages import Page, Request, iter_pages
from api_extract.reading import Shape, read
from api_extract.run import Lists, Run
from api_extract.session import Session
from clockodo_source.api import first_request, page_reader, rest
from clockodo_source.settings import Settings

Clockodo = Run[Settings]


def read_list(
    run: Clockodo,
    shape: Shape,
    params: Mapping[str, object] | None = None,
    *,
    year: int = 0,
    **how: int,
) -> Lists:
    """Return a list as `api_extract.reading.read` does; `year` is stamped on rows without one."""
    return _listed(run.session, shape, params or {}, stamp=year, **how)


def read_once(run: Clockodo, resource: str) -> Lists:
    """Return a list that is read whole, as it was when it was read first in this run."""
    return run.once(resource, lambda: read_list(run, run.shape(resource)))


def reading(run: Clockodo, resource: str) -> Callable[[Session], Lists]:
    """Return how a list is read whole, by any session and thread."""
    return partial(_listed, shape=run.shape(resource), params={}, stamp=0)


def _listed(session: Session, shape: Shape, params: Mapping[str, object], **how: int) -> Lists:
    return read(session, shape, lambda: _pages(session, shape, params), **how)


def _pages(session: Session, shape: Shape, params: Mapping[str, object]) -> Iterator[Page]:
    request, read_page = first_request(shape.resource, **params), page_reader(shape.resource)

    def fetch(one: Request) -> Page:
        return session.fetch(one, lambda answer: shape.parsed(read_page(answer)))

    first = fetch(request)
    yield from iter_pages(first, rest(request, first), fetch)
