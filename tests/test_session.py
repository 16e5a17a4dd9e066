import json
import logging
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
from starlette.responses import RedirectResponse, Response

from api_extract.errors import (
    BadCredentials,
    ExtractError,
    Forbidden,
    Gone,
    Later,
    NotAsAgreed,
    TheirMove,
)
from api_extract.limits import Limit
from api_extract.pages import IN_FLIGHT, Page, Request, iter_pages
from api_extract.session import ATTEMPTS, ATTEMPTS_LIMITED, LONGEST_WAIT
from simulator.faults import HALF_BODY, NOT_JSON, RESET, SILENCE, Fault, status
from simulator.server import listener, serve
from tests.matrix import PASSING
from tests.stage import ASK, KEY, PAIR, USER, Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    with serve(made) as made.url:
        yield made
        for api in made.apis:
            api.session.close()


def header(wish: object) -> object:
    """Write a span as a date only now, as the test may come long after it was collected."""
    ends = datetime.now(UTC) + wish if isinstance(wish, timedelta) else None
    return format_datetime(ends, usegmt=True) if ends else wish


FAULTS = {**PASSING, "silence": SILENCE(20)}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_is_not_noticed(stage: Stage, fault: Fault) -> None:
    """After two of them the third request brings the answer, and all three are counted."""
    api = stage.set(fault, fault)
    assert api.fetch() == [1]

    assert len(api.asked) == api.session.requests == 3
    assert len(api.waits) == 2
    assert api.session.waited == sum(api.waits)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_lasts_is_their_move(stage: Stage, fault: Fault) -> None:
    """It is given up after a few requests and waits; too many requests, after over a minute."""
    api = stage.set(*[fault] * 20)
    said = api.refused(TheirMove)

    assert said.startswith("GET /v2/entries: ")
    assert len(api.asked) == len(api.waits) + 1
    assert len(api.asked) == (ATTEMPTS_LIMITED if "429" in said else ATTEMPTS)
    assert "429" not in said or sum(api.waits) > 60


@pytest.mark.parametrize("wish", [None, 0], ids=["unasked", "asked to hurry"])
def test_the_waits_double(stage: Stage, wish: int | None) -> None:
    """One second, two, four, eight, sixteen, and up to one more each, so that callers scatter."""
    api = stage.set(*[status(503, retry_after=wish)] * 20)
    assert api.refused(TheirMove) == "GET /v2/entries: 503, Sorry"
    assert len(api.waits) == 5
    assert all(2**n <= wait <= 2**n + 1 for n, wait in enumerate(api.waits))


def test_a_server_that_is_not_there_is_their_move(stage: Stage) -> None:
    """A refused connection is tried again like any other fault; it tells the host, and no more."""
    api = stage.set()
    listening = listener(0)
    api.session.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.close()

    assert "entries: no connection to 127.0.0.1 (refused)." in api.refused(TheirMove)
    assert len(api.waits) == ATTEMPTS - 1


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [
        ("7", 7, 7),
        ("0.5", 1, 2),
        ("-3", 1, 2),
        (timedelta(seconds=290), 280, 290),
        (timedelta(seconds=-90), 1, 2),
        ("Sun, 06 Nov 1994 08:49:37 +0000", 1, 2),
        (None, 1, 2),
        ("soon", 1, 2),
        ("Fri, 31 Dec 9999 23:59:59 -2300", 1, 2),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
def test_the_server_says_how_long_to_wait(
    stage: Stage, code: int, wish: object, least: float, most: float
) -> None:
    """Retry-After holds seconds or a date; we wait so long, and never less than our own time."""
    api = stage.set(status(code, retry_after=header(wish)))
    assert api.fetch() == [1]

    assert len(api.waits) == 1
    assert least <= api.waits[0] <= most


@pytest.mark.parametrize("wish", [str(LONGEST_WAIT + 1), "inf", timedelta(hours=1)])
def test_a_longer_wait_than_is_sensible_ends_at_once(stage: Stage, wish: object) -> None:
    """The error tells how long it would be; the scheduler can come back."""
    api = stage.set(status(429, retry_after=header(wish)))
    said = api.refused(Later)

    assert said.startswith("GET /v2/entries: 429, Sorry. The server asks to wait ")
    assert len(api.asked) == 1
    assert api.waits == []


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (401, BadCredentials, "401, Sorry. Check the credentials."),
        (403, Forbidden, "403, Sorry. The key's owner lacks the right to read this."),
        (404, Gone, "404, Sorry"),
        (410, Gone, "410, Sorry. This version of the resource has ended."),
        (400, NotAsAgreed, "400, Sorry"),
        (422, NotAsAgreed, "422, Sorry"),
        (206, NotAsAgreed, "206, Sorry"),
    ],
)
def test_a_refusal_is_final(stage: Stage, code: int, kind: type[ExtractError], said: str) -> None:
    """One request, no wait, and an error that tells whose move it is."""
    api = stage.set(status(code))
    text = api.refused(kind)

    assert text == f"GET /v2/entries: {said}"
    assert len(api.asked) == 1
    assert api.waits == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"message": "Bad date", "path": "a", "details": None}]}, ", Bad date"),
        ({"errors": [{"message": "Bad date"}, {"message": "Bad text"}]}, ", Bad date; Bad text"),
        ({"error": {"code": 7, "message": "Wrong format", "fields": ["a"]}}, ", Wrong format"),
        ({"error": "Bad date"}, ", Bad date"),
        ({"message": "Bad date"}, ", Bad date"),
        ({"errors": "Bad date"}, ", Bad date"),
        ({"errors": 7}, ""),
        ({"error": {"message": 7}}, ""),
        (["Bad date"], ""),
        (b"<html><h1>422</h1></html>", ""),
        (b'{"error": "Ung\xfcltig"}', ""),
        (b"", ""),
    ],
)
def test_the_servers_own_words_are_passed_on(stage: Stage, body: object, said: str) -> None:
    """Every known shape of an error is read; of an unknown one the status is left."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    api = stage.set(app=Response(content, 422))
    assert api.refused(NotAsAgreed) == f"GET /v2/entries: 422{said}"


def test_the_way_there_is_the_environments(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy is asked for another machine, and never for this one."""
    api = stage.set()
    monkeypatch.setenv("HTTP_PROXY", stage.url)
    assert api.fetch() == [1]

    api.session.base_url = "http://tracker.example"
    assert api.fetch() == [1]
    assert [path.removesuffix(ASK.path) for path in api.asked] == ["/api", "http://tracker.example"]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused(stage: Stage, code: int) -> None:
    """The key is not carried to another place, be it one on the same host."""
    api = stage.set(app=RedirectResponse("/api/elsewhere", code))
    said = api.refused(NotAsAgreed)

    assert said == f"GET /v2/entries: {code}. Redirects are not followed; check BASE_URL."
    assert api.asked == ["/api/v2/entries"]


def test_json_of_another_shape_is_not_asked_for_again(stage: Stage) -> None:
    """The error tells where it differs, and not what stood there."""
    api = stage.set(app=Response(f'[{{"id": "{USER}"}}]'))
    with pytest.raises(NotAsAgreed) as caught:
        api.session.fetch(
            ASK, lambda came: msgspec.json.decode(came.body, type=list[dict[str, int]])
        )

    told = "".join(traceback.format_exception(caught.value))
    assert str(caught.value) == "GET /v2/entries: Expected `int`, got `str` - at `$[0][...]`"
    assert USER not in told
    assert len(api.asked) == 1


def test_no_log_holds_the_key_or_the_login(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where everything is logged, and something goes wrong."""
    with caplog.at_level(logging.DEBUG):
        stage.set(RESET, status(503), NOT_JSON).fetch(Request("/v2/entries"))

    assert "/v2/entries" in caplog.text
    for secret in (KEY, USER, PAIR):
        assert secret not in caplog.text


def test_a_request_that_is_tried_again_counts_for_the_limit(stage: Stage) -> None:
    """A server that is over its limit is not asked more often because it says so."""
    api = stage.set(status(429, retry_after=3), limits=(Limit(1, 500),))
    api.fetch()

    wish, turn = api.waits
    assert wish == 3
    assert 490 < turn <= 505
    assert api.session.waited == pytest.approx(506, abs=10)


def test_an_answer_that_is_being_read_keeps_none_from_being_asked_for(stage: Stage) -> None:
    """As many as may be in flight are being read when one more is asked for, and answered."""
    api = stage.set()
    everybody = threading.Barrier(IN_FLIGHT + 1)
    with ThreadPoolExecutor(IN_FLIGHT + 1) as pool:
        met = [
            pool.submit(api.session.fetch, ASK, lambda _: everybody.wait(9))
            for _ in range(IN_FLIGHT + 1)
        ]
    assert sorted(each.result() for each in met) == list(range(IN_FLIGHT + 1))


def test_pages_stay_whole_and_in_order_through_faults(stage: Stage) -> None:
    """Several threads share the session while the server stumbles, and no page is lost."""
    faults = [RESET, None, status(500), HALF_BODY, None, RESET, None, status(429, retry_after=3)]
    api = stage.set(None, *faults)  # fewer than would end a request, should one meet them all
    rest = [Request("/list", (("page", str(n)),)) for n in range(2, 31)]

    def fetch(request: Request) -> Page:
        rows = api.session.fetch(
            request, lambda came: msgspec.json.decode(came.body, type=list[int])
        )
        return Page(msgspec.Raw(b""), rows[0])

    pages = list(iter_pages(fetch(Request("/list")), rest, fetch))

    assert [page.number for page in pages] == list(range(1, 31))
    assert len(api.asked) == api.session.requests == 30 + 5
