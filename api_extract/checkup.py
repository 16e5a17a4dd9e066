"""One request a resource, nothing loaded: who reads, and what would be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from api_extract.errors import Forbidden, Gone
from api_extract.resource import Resource
from api_extract.run import Run, S


class Asked(NamedTuple):
    """What an answer says would be loaded: so many rows, of what part of the whole."""

    rows: int
    of: str
    answer: str = "ok"


@dataclass
class Check:
    """What one resource answered; `rows` is None where it refused."""

    resource: str
    answer: str
    rows: int | None
    optional: bool
    of: str


def check(
    run: Run[S],
    identify: Callable[[Run[S]], None],
    ask: Callable[[Run[S], Resource], Asked],
) -> list[Check]:
    """Ask each resource once; raises what keeps the account from being read at all."""
    try:
        identify(run)
        checks = [_checked(run, resource, ask) for resource in run.resources.values()]
        run.report.requests = run.session.requests
        return checks
    finally:
        run.session.close()


def _checked(run: Run[S], resource: Resource, ask: Callable[[Run[S], Resource], Asked]) -> Check:
    try:
        rows, of, answer = ask(run, resource)
    except (Forbidden, Gone) as error:
        refusal = "forbidden" if isinstance(error, Forbidden) else "missing"
        return Check(resource.name, refusal, None, resource.optional, "")
    return Check(resource.name, answer, rows, resource.optional, of)
