"""Clockify as it answers: who we are, how a page looks, whether there is another.

Facts from the vendor's OpenAPI document (2026-05-24), its help pages, and recorded answers.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
import requests
from requests.auth import AuthBase

from api_extract.errors import BadCredentials, Forbidden, Gone, NotAsAgreed, Unexpected
from api_extract.limits import Limit, counted_in
from api_extract.pages import Page, Request
from api_extract.resource import Resource
from api_extract.session import Answer, Refusal, Session
from clockify_source.settings import Settings

# Paid plans may send 50 a second; clients in use keep to 10 in the long run.
LIMITS: tuple[Limit, ...] = (Limit(50, 1), Limit(300, 30))
PER_HOUR_ON_FREE_PLAN, PATIENCE = 30, 60.0  # requests; seconds, then the rest is left to later
SMALLEST_PAGE = 50  # the default: an answer of fewer rows is never cut off
MOST_PAGES = 2_000
NOT_IN_PLAN = re.compile(rb"subscri|suscrip|abonn|abbonam|assinatur|plan\b", re.IGNORECASE)


class Credentials(AuthBase):
    """Signs a request at the last moment, so that no header with the key is ever logged."""

    def __init__(self, settings: Settings) -> None:
        self._header = "X-Api-Key" if settings.api_key else "X-Addon-Token"
        self.secret = settings.api_key or settings.addon_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the one header; two, or none, are refused."""
        request.headers[self._header] = self.secret
        return request

    def blotted(self, text: str) -> str:
        """Return a text without the key, which a server may repeat as it refuses it."""
        spelt = (self.secret, quote(self.secret, safe=""))
        return re.sub("|".join(map(re.escape, spelt)), "…", text, flags=re.IGNORECASE)


def open_session(settings: Settings) -> Session:
    """Return a session for one key."""
    credentials = Credentials(settings)
    return Session(
        settings.base_url,
        credentials,
        {"Accept": "application/json"},
        limits=LIMITS,
        counted_in=counted_in(f"{settings.base_url.rstrip('/')} {credentials.secret}"),
        explain=lambda body: credentials.blotted(explain(body)),
        refusal=_refusal,
    )


def on_free_plan(workspace: str) -> Limit:
    """Return the limit of a workspace on the free plan, for which a run does not wait long."""
    return Limit(PER_HOUR_ON_FREE_PLAN, 60 * 60, workspace, PATIENCE)


def explain(body: bytes) -> str:
    """Return the server's own message, which may be in any language, from an error body."""
    try:
        answer: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    message = answer.get("message") if isinstance(answer, dict) else None
    return message if isinstance(message, str) else ""


def _refusal(status: int, body: bytes) -> Refusal | None:
    """Tell what a status means here: what is missing is 400, and so may be what is not paid for.

    The number that comes with a 400 tells the two apart no better than its words, in any language.
    """
    not_paid_for = (Forbidden, ". The workspace's plan does not include it.")
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return BadCredentials, ". Check the key or token, and that it is of this region."
        case HTTPStatus.PAYMENT_REQUIRED:
            return not_paid_for
        case HTTPStatus.FORBIDDEN:
            return Forbidden, ". The key's owner is no administrator, or the plan lacks it."
        case HTTPStatus.BAD_REQUEST if NOT_IN_PLAN.search(explain(body).encode()):
            return not_paid_for
        case HTTPStatus.BAD_REQUEST:
            return Gone, ""
    return None


def first_request(resource: Resource, workspace: str, **of: str) -> Request:
    """Return the request for a list of one workspace, whose requests count for themselves."""
    ids = {name: quote(value, safe="") for name, value in of.items()}
    path = resource.path.format(workspace=workspace, **ids)
    return Request(path, resource.params, workspace)


Ask = Callable[[int], Request]
Read = Callable[[Answer, int], Page]


class Perhaps(Page):
    """A page of which only the next one tells whether it is the last."""


def list_pages(session: Session, resource: Resource, request: Request) -> Iterator[Page]:
    """Go through the pages of a list once; a short page is its last, unless the server says."""
    is_size_kept = False  # it is not documented what becomes of a page size that is too large

    def read(answer: Answer, number: int) -> Page:
        nonlocal is_size_kept
        rows = _rows_of(resource, answer)
        count, told = count_of(rows), answer.headers.get("Last-Page", "").lower()
        short = count < (resource.page_size if is_size_kept else SMALLEST_PAGE)
        is_size_kept |= count == resource.page_size
        is_last = told == "true" if told else short
        kind = Page if told or is_size_kept else Perhaps
        return kind(rows, number, number + (bool(resource.page_size) and not is_last and count > 0))

    return pages(session, partial(_numbered, request, resource), read)


def pages(session: Session, ask: Ask, read: Read) -> Iterator[Page]:
    """Go once through pages that are asked for, and read, by their number.

    They end with one that says so, or that is short. A list that takes no notice of pages repeats
    for ever, which is its end as well.
    """
    page = session.fetch(ask(1), partial(_flipped, read, 1))
    for number in range(1, MOST_PAGES + 1):
        is_certain, following = not isinstance(page, Perhaps), page
        if is_certain:
            yield page
        if page.count_pages > number:
            following = session.fetch(ask(number + 1), partial(_flipped, read, number + 1))
        is_last = bytes(following.rows) in (bytes(page.rows), b"[]")
        if not is_certain:
            yield replace(page, count_pages=number) if is_last else page
        if is_last:
            return
        page = following
    raise NotAsAgreed(f"{ask(1).name}: the list has no end.")


def _flipped(read: Read, number: int, answer: Answer) -> Page:
    return read(answer, number)


def _numbered(request: Request, resource: Resource, number: int) -> Request:
    """Return the request for a page; in a body, what else is asked for are lists."""
    if resource.method == "POST":
        others = {name: [value] for name, value in resource.params}
        asked = {"page": number, "pageSize": resource.page_size, **others}
        return replace(request, params=(), body=msgspec.json.encode(asked))
    if not resource.page_size:
        return request
    return request.with_params(**{"page": number, "page-size": resource.page_size})


def _rows_of(resource: Resource, answer: Answer) -> msgspec.Raw:
    """Return the undecoded rows of an answer."""
    rows = msgspec.Raw(answer.body)
    for name in ".".join(resource.envelopes).split("."):
        if name:
            parts = msgspec.json.decode(rows, type=dict[str, msgspec.Raw])
            if name not in parts:
                raise Unexpected(f"{resource.method} {resource.path}: the answer has no {name}.")
            rows = parts[name]
    return rows


def count_of(rows: msgspec.Raw) -> int:
    """Return how many rows a list has."""
    return len(msgspec.json.decode(rows, type=list[msgspec.Raw]))
