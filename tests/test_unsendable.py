"""What can never be sent is told at once, and without what it would have carried."""

import traceback

import pytest
from requests.auth import AuthBase

from api_extract.errors import YourMove
from api_extract.session import Session
from clockify_source import Settings
from clockify_source.api import Credentials as OfClockify
from clockodo_source.api import Credentials
from tests.stage import ASK, KEY, PRIVATE, USER

HERE = "http://127.0.0.1:9/api"


@pytest.mark.parametrize(
    ("kind", "url", "key", "headers"),
    [
        ("InvalidURL", "http://", KEY, {}),
        ("LocationParseError", "https://a..example/api", KEY, {}),
        ("MissingSchema", "my.clockodo.example/api", KEY, {}),
        ("InvalidSchema", "localhost:9/api", KEY, {}),
        ("InvalidSchema", "ftp://127.0.0.1/api", KEY, {}),
        ("InvalidHeader", HERE, KEY, {"X-Clockodo-External-Application": f"Timehouse;{USER}\n"}),
        ("ValueError", HERE, f"{KEY}\n", {}),
        ("UnicodeEncodeError", HERE, f"{KEY}☃", {}),
    ],
)
def test_what_cannot_be_sent_is_your_move_at_once(
    kind: str, url: str, key: str, headers: dict[str, str]
) -> None:
    """One attempt, no wait, and neither header nor query nor key in any corner of the error."""
    check(kind, url, Credentials(USER, key, basic=False), headers)


@pytest.mark.parametrize(
    ("kind", "url", "key"),
    [
        ("InvalidURL", "http://", KEY),
        ("ValueError", HERE, f"{KEY}\n"),
        ("UnicodeEncodeError", HERE, f"{KEY}☃"),
    ],
)
def test_no_secret_of_clockify_is_told_either(kind: str, url: str, key: str) -> None:
    """As above, with the one header that it has."""
    credentials = OfClockify(Settings(KEY))
    credentials.secret = key

    check(kind, url, credentials, {})


def check(kind: str, url: str, credentials: AuthBase, headers: dict[str, str]) -> None:
    """Ask, and look at how it ends."""
    waits: list[float] = []
    session = Session(url, credentials, headers, sleep=waits.append)
    with pytest.raises(YourMove) as caught:
        session.fetch(ASK, lambda answer: answer.body)
    session.close()

    assert str(caught.value) == (
        f"GET /v2/entries: cannot be sent ({kind}). Check BASE_URL, proxies and credentials."
    )
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert [secret for secret in PRIVATE if secret in told] == []
    assert (session.requests, waits) == (1, [])
