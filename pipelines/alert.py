"""Tells a webhook of a run that failed, or that found something to look at."""

import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from urllib.parse import urlsplit

import dlt
import requests

from api_extract.errors import YourMove
from api_extract.session import DIRECT, LOOPBACK
from pipelines.exits import Exit, explained

URL = "timehouse.webhook_url"  # of dlt's secrets; in the environment TIMEHOUSE__WEBHOOK_URL
SILENT = {Exit.DONE, Exit.BUSY}
MOST_TOLD = 20
TIMEOUT = (5.0, 10.0)  # seconds to connect, and between two bytes
LONGEST = 15.0  # seconds for all of it

End = Callable[[Exit, Iterable[str]], Exit]


@contextmanager
def alerting(verb: str) -> Iterator[End]:
    """Yield what is told how the verb ended, and returns that; a webhook hears of all but 0.

    Of an error, too; not of another run that holds the warehouse. Raises YourMove for a URL that
    is none, before anything is done.
    """
    url = _url()
    what = f"timehouse {verb}, on {socket.gethostname()}"

    def end(code: Exit, lines: Iterable[str]) -> Exit:
        _tell(url, what, code, lines)
        return code

    try:
        yield end
    except Exception as error:
        code, message = explained(error) or (Exit.BUG, type(error).__name__)
        _tell(url, what, code, [message])
        raise


def _url() -> str | None:
    given = str(dlt.secrets.get(URL) or "").strip()
    if not given:
        return None
    try:
        url = urlsplit(given)
        is_safe = bool(url.hostname) and (url.scheme == "https" or url.hostname in LOOPBACK)
    except ValueError:
        is_safe = False
    if not is_safe:
        raise YourMove("TIMEHOUSE__WEBHOOK_URL is no https address.")
    return given


def _tell(url: str | None, what: str, code: Exit, lines: Iterable[str]) -> None:
    """Post in Slack's format; that it fails is told, and never the URL, which is a secret.

    In a thread that is left to itself after a while: a server may send a byte now and then.
    """
    if url is None or code in SILENT:
        return
    told = [line for line in lines if line]
    text = "\n".join([f"{what}: ended with {int(code)}.", *told[:MOST_TOLD]])
    troubles = ["it took too long"]
    thread = Thread(target=lambda: troubles.append(_posted(url, text)), daemon=True)
    thread.start()
    thread.join(LONGEST)
    if trouble := troubles[-1]:
        sys.stderr.write(f"The webhook could not be told: {trouble}.\n")


def _posted(url: str, text: str) -> str:
    """Return what went wrong, if something did; the answer's body is not read."""
    proxies = DIRECT if urlsplit(url).hostname in LOOPBACK else None
    try:
        with requests.post(
            url,
            json={"text": text},
            timeout=TIMEOUT,
            stream=True,
            allow_redirects=False,
            proxies=proxies,
        ) as answer:
            heard = answer.status_code < HTTPStatus.MULTIPLE_CHOICES
            return "" if heard else f"it answered {answer.status_code}"
    except Exception as error:  # noqa: BLE001 - not all are of requests; their text holds the URL
        return type(error).__name__
