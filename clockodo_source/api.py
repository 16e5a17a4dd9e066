"""Clockodo as it answers: who we are, how a page looks, where the next one is.

Facts from the vendor's OpenAPI document (2026-08-24) and from clients that recorded answers.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
import requests
from requests.auth import AuthBase

from api_extract.errors import BadCredentials, Unexpected
from api_extract.limits import Limit, counted_in
from api_extract.pages import Page, Request
from api_extract.resource import Resource
from api_extract.session import Answer, Refusal, Session
from clockodo_source.settings import Settings

ENHANCED = "enhanced entries"
ENTRYGROUPS = "entrygroups"

# Documented per user of the API, whatever the number of keys or processes.
LIMITS: tuple[Limit, ...] = (
    Limit(900, 60),
    Limit(2_250, 15 * 60),
    Limit(4_500, 60 * 60),
    Limit(20_000, 24 * 60 * 60),
    Limit(300, 15 * 60, ENHANCED),
    Limit(10, 60, ENTRYGROUPS),
)


class Credentials(AuthBase):
    """Signs a request at the last moment, so that no header with the key is ever logged."""

    def __init__(self, user: str, key: str, *, basic: bool) -> None:
        self._user, self._key, self._basic = user, key, basic
        self._pair = b64encode(f"{user}:{key}".encode()).decode()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the two headers of the vendor, or HTTP Basic."""
        if self._basic:
            request.headers["Authorization"] = f"Basic {self._pair}"
        else:
            request.headers["X-ClockodoApiUser"] = self._user
            request.headers["X-ClockodoApiKey"] = self._key
        return request

    def blotted(self, text: str) -> str:
        """Return a text without key and login, which a server may repeat as it refuses them."""
        secrets = (self._pair, self._key, self._user, quote(self._user))
        return re.sub("|".join(map(re.escape, secrets)), "…", text, flags=re.IGNORECASE)


def open_session(settings: Settings) -> Session:
    """Return a session for one account."""
    credentials = Credentials(settings.api_user, settings.api_key, basic=settings.auth == "basic")
    return Session(
        settings.base_url,
        credentials,
        {
            "Accept": "application/json",
            "Accept-Language": settings.language,
            "X-Clockodo-External-Application": settings.external_application,
            # Undocumented, and always sent by the vendor's own client: old endpoints then
            # give UTC instants rather than local times of the key's owner.
            "X-ClockodoEnableIsoUtcDateTimes": "1",
        },
        limits=LIMITS,
        counted_in=counted_in(f"{settings.base_url.rstrip('/')} {settings.api_user.lower()}"),
        explain=lambda body: credentials.blotted(explain(body)),
        refusal=_refusal,
    )


def _refusal(status: int, _body: bytes) -> Refusal | None:
    hint = ". Check the login e-mail and the API key."
    return (BadCredentials, hint) if status == HTTPStatus.UNAUTHORIZED else None


def explain(body: bytes) -> str:
    """Return the server's own message from an error body of any of the three known shapes."""
    try:
        answer: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors") or answer.get("error") or answer
    listed = errors if isinstance(errors, list) else [errors]
    messages = [e.get("message") if isinstance(e, dict) else e for e in listed]
    return "; ".join(m for m in messages if isinstance(m, str))


class Paging(msgspec.Struct):
    """The block that paged lists carry; pages count from 1, and an empty list has 0 or 1."""

    current_page: int
    count_pages: int
    count_items: int | None = None


def page_reader(resource: Resource) -> Callable[[Answer], Page]:
    """Return what turns an answer of this endpoint into a page of undecoded rows."""
    wanted = resource.envelopes

    def read(answer: Answer) -> Page:
        parts = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
        rows = next((parts[name] for name in wanted if name in parts), None)
        if rows is None:
            raise Unexpected(f"{resource.endpoint}: the answer has no {' or '.join(wanted)}.")
        if "paging" not in parts:
            if resource.page_size:
                raise Unexpected(f"{resource.endpoint}: the answer has no paging.")
            return Page(rows)
        paging = msgspec.json.decode(parts["paging"], type=Paging)
        return Page(rows, paging.current_page, paging.count_pages, paging.count_items)

    return read


def first_request(resource: Resource, **params: object) -> Request:
    """Return the request for the first, and largest possible, page of an endpoint."""
    paging = {"items_per_page": resource.page_size, "page": 1} if resource.page_size else {}
    kind = ENHANCED if "enhanced_list" in params else ""
    return Request(resource.path, resource.params, kind).with_params(**params, **paging)


def rest(request: Request, first: Page) -> Sequence[Request]:
    """Return the requests for all pages after the first, which tells how many there are."""
    return [request.with_params(page=n) for n in range(2, first.count_pages + 1)]
