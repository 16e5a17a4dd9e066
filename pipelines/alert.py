"""Tells a webhook of a run that failed, or that found something to look at."""

import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import dlt
import requests

from api_extract.errors import YourMove
from api_extract.session import DIRECT, LOOPBACK
from pipelines.exits import Exit, explained

URL = "timehouse.webhook_url"  # of dlt's secrets; in the environment TIMEHOUSE__WEBHOOK_URL
SILENT = {Exit.DONE, Exit.BUSY}
MOST_TOLD = 20
TIMEOUT = (5.0, 10.0)

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
    given: Any = dlt.secrets.get(URL)
    if given is None:
        return None
    url = urlsplit(str(given))
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise YourMove("TIMEHOUSE__WEBHOOK_URL is no https address.")
    return str(given)


def _tell(url: str | None, what: str, code: Exit, lines: Iterable[str]) -> None:
    """Post in Slack's format; that it fails is told, and never the URL, which is a secret."""
    if url is None or code in SILENT:
        return
    told = [line for line in lines if line]
    text = "\n".join([f"{what}: ended with {int(code)}.", *told[:MOST_TOLD]])
    proxies = DIRECT if urlsplit(url).hostname in LOOPBACK else None
    try:
        answer = requests.post(
            url, json={"text": text}, timeout=TIMEOUT, allow_redirects=False, proxies=proxies
        )
        heard = answer.status_code < HTTPStatus.MULTIPLE_CHOICES
        trouble = None if heard else f"it answered {answer.status_code}"
    except requests.RequestException as error:  # its text holds the URL
        trouble = type(error).__name__
    if trouble:
        sys.stderr.write(f"The webhook could not be told: {trouble}.\n")
