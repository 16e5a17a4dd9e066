"""The one seam to the network: limits, retries, timeouts, and errors that say whose move it is."""

import threading
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.wait import wait_exponential_jitter
from urllib3.exceptions import NameResolutionError, NewConnectionError

from api_extract.errors import (
    BadCredentials,
    ExtractError,
    Forbidden,
    Gone,
    Later,
    NotAsAgreed,
    Passing,
    TooHeavy,
    Unexpected,
    YourMove,
)
from api_extract.limits import Limit, Limiter
from api_extract.pages import IN_FLIGHT, Request

T = TypeVar("T")

ATTEMPTS = 6
ATTEMPTS_LIMITED = 8  # waits of 63 s and more: the shortest of the usual limits is a minute's
ATTEMPTS_DIVISIBLE = 2
LONGEST_WAIT = 300.0  # seconds; a server that wants more is told of in the error instead
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# A proxy between this machine and itself would be shown the key.
DIRECT: Any = dict.fromkeys(("http", "https", "all"))
JSON = "application/json"
TIMEOUT = (10.0, 120.0)  # seconds to connect, and between two bytes: heavy reports take 23 s

_MAY_PASS = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}

# What a refusal means, and a hint for the person whose move it is.
Refusal = tuple[type[ExtractError], str]

_REFUSALS: dict[int, Refusal] = {
    HTTPStatus.UNAUTHORIZED: (BadCredentials, ". Check the credentials."),
    HTTPStatus.FORBIDDEN: (Forbidden, ". The key's owner lacks the right to read this."),
    HTTPStatus.NOT_FOUND: (Gone, ""),
    HTTPStatus.GONE: (Gone, ". This version of the resource has ended."),
}


class Answer(NamedTuple):
    """What came: the body, the headers by their names in any case, and the status."""

    body: bytes
    headers: Mapping[str, str]
    status: int = HTTPStatus.OK


class Session:
    """Fetches answers of one API; safe to share between threads.

    `auth` keeps the secrets, because headers end up in debug logs. `explain` reads the server's
    own message out of an error body, and `refusal` tells what a status with such a body means where
    it is not what HTTP says. `counted_in` is the file in which all runs of one user count
    their requests. `requests` and `waited` (seconds) add up over its life.
    """

    def __init__(  # noqa: PLR0913 - a seam has many sides; all but three have defaults
        self,
        base_url: str,
        auth: AuthBase,
        headers: Mapping[str, str],
        *,
        limits: Sequence[Limit] = (),
        counted_in: Path | None = None,
        explain: Callable[[bytes], str] = lambda _: "",
        refusal: Callable[[int, bytes], Refusal | None] = lambda _, __: None,
        sleep: Callable[[float], object] | None = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.requests = 0
        self.waited = 0.0
        self._closed = threading.Event()  # who waits is woken
        self._sleep = sleep or self._closed.wait
        self.limiter = Limiter(limits, counted_in, sleep=self._sleep)
        self._auth = auth
        self._headers = dict(headers)
        self._explain = explain
        self._means = refusal
        self._timeout = timeout
        self._lock = threading.Lock()
        self._in_flight = threading.BoundedSemaphore(IN_FLIGHT)
        self._last = threading.local()
        self._http = requests.Session()
        self._http.trust_env = False  # `_route` looks there, once
        self._routes: dict[str, dict[str, Any]] = {}
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=IN_FLIGHT, max_retries=0))
        self._backoff = wait_exponential_jitter(initial=1, max=60, jitter=1)

    @property
    def server_time(self) -> datetime | None:
        """What the server's clock was at the last answer to this thread, if it has said so."""
        return getattr(self._last, "answered_at", None)

    def fetch(self, request: Request, read: Callable[[Answer], T]) -> T:
        """Return what `read` makes of the answer, trying again while that may help.

        Raises the ExtractError that fits the last attempt. A body that is not whole JSON is
        tried again; one that is JSON of another shape is `Unexpected` at once.
        """
        retrying = Retrying(
            stop=partial(_enough, request),
            wait=self._pause,
            retry=retry_if_exception_type(Passing),
            sleep=self._wait,
            reraise=True,
        )
        for attempt in retrying:
            with attempt:
                return self._attempt(request, read)
        raise AssertionError("unreachable: the last failure is raised again")

    def close(self) -> None:
        """Close the connections; ask for nothing any more, until it is opened again."""
        self._closed.set()
        self._http.close()

    def open(self) -> None:
        """Have it ask again."""
        self._closed.clear()

    def apart(self) -> "Session":
        """Return this session with counts of its own, to be added once it is known to what."""
        other = copy(self)
        other.requests, other.waited = 0, 0.0
        return other

    def add(self, other: "Session") -> None:
        """Count what was counted apart."""
        with self._lock:
            self.requests += other.requests
            self.waited += other.waited

    def _attempt(self, request: Request, read: Callable[[Answer], T]) -> T:
        with self._in_flight:  # what is read of the answer keeps no other from being asked for
            answer = self._sent(request)
        if answer.status != HTTPStatus.OK:
            raise self._refusal(request, answer)
        try:
            return read(answer)
        except msgspec.ValidationError as error:
            raise Unexpected(f"{request.name}: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Passing(f"{request.name}: the body is not whole JSON") from None

    def _sent(self, request: Request) -> Answer:
        """Return the whole answer to one request, when it is its turn."""
        base = request.base or self.base_url
        self._wait_for_turn(request)
        try:
            response = self._http.request(
                request.method,
                base + request.path,
                params=request.params,
                data=request.body,
                headers=self._headers | ({"Content-Type": JSON} if request.body else {}),
                auth=self._auth,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                **self._route(base),
            )
            # Whole, where `content` would be read in a hundred pieces.
            body = b"".join(response.iter_content(None))
            date = _instant(response.headers.get("Date"))
            # It may be stamped when the answer is sent, long after its rows were looked up.
            self._last.answered_at = date and date - response.elapsed
        except ValueError as error:  # no such address, scheme, proxy or header; its text shows it
            raise YourMove(
                f"{request.name}: cannot be sent ({type(error).__name__})."
                " Check BASE_URL, proxies and credentials."
            ) from None
        except requests.RequestException as error:
            # The cause is cut off: its text and its request object hold the query and the auth.
            passing = TooHeavy if isinstance(error, requests.ReadTimeout) else Passing
            raise passing(f"{request.name}: {_met(error, base)}") from None
        return Answer(body, response.headers, response.status_code)

    def _wait_for_turn(self, request: Request) -> None:
        waited = 0.0 if self._closed.is_set() else self.limiter.acquire(request.kind)
        if self._closed.is_set():
            raise RuntimeError("The session is closed.")
        with self._lock:
            self.requests += 1
            self.waited += waited

    def _refusal(self, request: Request, answer: Answer) -> ExtractError:
        status = answer.status
        said = self._explain(answer.body)
        text = f"{request.name}: {status}" + (f", {said}" if said else "")
        if status in _MAY_PASS:
            wish = _retry_after(answer.headers.get("Retry-After"))
            if wish is not None and wish > LONGEST_WAIT:
                return Later(f"{text}. The server asks to wait {wish:.0f} s; run later.")
            limited = status == HTTPStatus.TOO_MANY_REQUESTS
            if limited and wish is None and self.limiter.is_left(request.kind):
                return Later(f"{text}. Others use up the limit of requests as well; run later.")
            passing = TooHeavy if status == HTTPStatus.GATEWAY_TIMEOUT else Passing
            return passing(text, wish, limited=limited)
        if status // 100 == 3:  # noqa: PLR2004 - the class of all redirects
            return NotAsAgreed(f"{text}. Redirects are not followed; check BASE_URL.")
        usual = _REFUSALS.get(status, (NotAsAgreed, ""))
        kind, hint = self._means(status, answer.body) or usual
        return kind(text + hint)

    def _route(self, base: str) -> dict[str, Any]:
        """Return what the environment says of proxies and certificates on the way to a server."""
        if base not in self._routes:
            found = requests.Session().merge_environment_settings(base, {}, None, None, None)
            here = urlsplit(base).hostname in LOOPBACK
            proxies = DIRECT if here else found["proxies"]
            self._routes[base] = {"proxies": proxies, "verify": found["verify"]}
        return self._routes[base]

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        wish = error.retry_after if isinstance(error, Passing) else None
        return max(wish or 0.0, float(self._backoff(state)))

    def _wait(self, seconds: float) -> None:
        with self._lock:
            self.waited += seconds
        self._sleep(seconds)


def _met(error: requests.RequestException, base: str) -> str:
    """Tell what kept a request from its answer, and where no connection was made, to whom."""
    reason = getattr(next(iter(error.args), None), "reason", None)
    kinds = (
        (isinstance(error, requests.exceptions.SSLError), "TLS"),
        (isinstance(error, requests.ConnectTimeout), "no answer"),
        (isinstance(reason, NameResolutionError), "DNS"),
        (isinstance(reason, NewConnectionError), "refused"),
    )
    for is_it, kind in kinds:
        if is_it and not isinstance(error, requests.exceptions.ProxyError):
            host = urlsplit(base).hostname
            return f"no connection to {host} ({kind}). It may be the network here."
    return type(error).__name__


def _enough(request: Request, state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    if request.is_divisible and isinstance(error, TooHeavy):
        return state.attempt_number >= ATTEMPTS_DIVISIBLE
    limited = isinstance(error, Passing) and error.limited
    return state.attempt_number >= (ATTEMPTS_LIMITED if limited else ATTEMPTS)


def _retry_after(header: str | None) -> float | None:
    """Read a Retry-After header, which holds seconds or an HTTP date."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    when = _instant(header)
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when else None


def _instant(header: str | None) -> datetime | None:
    """Read an HTTP date."""
    try:
        return parsedate_to_datetime(header).astimezone(UTC) if header else None
    except (ValueError, OverflowError):
        return None
