"""A webhook, if there is one, is told of what ended otherwise than well, and of nothing else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Any

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipelines import alert
from pipelines.exits import Exit
from simulator.faults import status
from simulator.server import serve
from tests.terminal import Terminal
from tests.test_reconcile import old

HOOK = "TIMEHOUSE__WEBHOOK_URL"
QUIET = ("--no-models", "--resources", "users,company,entries,projects")


@contextmanager
def hook(answer: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Serve a webhook; yield its URL, and what it is told."""
    told: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body: dict[str, Any] = msgspec.json.decode(await Request(scope, receive).body())
        told.append(body["text"])
        await Response(status_code=answer)(scope, receive, send)

    with serve(app) as url:
        yield f"{url}/hook-of-secret", told


def test_a_failure_is_told_and_what_went_well_is_not(terminal: Terminal) -> None:
    """Which verb, of which account, on which machine, with which code, and why."""
    with hook() as (url, told):
        assert terminal("sync", *QUIET, **{HOOK: url}).exit == Exit.DONE
        assert told == []

        wrong = {"SOURCES__CLOCKODO__API_KEY": "0" * 32, HOOK: url}
        assert terminal("sync", *QUIET, **wrong).exit == Exit.YOUR_MOVE

    (text,) = told
    assert text.startswith("timehouse sync clockodo, account main, on ")
    assert "ended with 2." in text
    assert "401" in text


def test_drift_is_told(terminal: Terminal) -> None:
    """The months that differ, on both sides."""
    company = terminal.account
    terminal("sync", *QUIET)
    company.world.edit_entry(old(company, 20)[0].id, duration=60)
    with hook() as (url, told):
        assert terminal("reconcile", **{HOOK: url}).exit == Exit.LOOK

    assert "hours differ: tracker" in told[0]


@pytest.mark.parametrize("answer", [500, 302, None], ids=["fails", "moved", "not there"])
def test_a_webhook_that_fails_changes_nothing(terminal: Terminal, answer: int | None) -> None:
    """The run ends as it would have; that nobody was told is said, and the URL is not."""
    with hook(answer or 200) as (url, _):
        where = url if answer else "http://127.0.0.1:1/hook-of-secret"
        company = terminal.account
        with company.meeting(*[status(422)] * 9, path="/v3/users"):
            terminal.configured["SOURCES__CLOCKODO__BASE_URL"] = company.settings.base_url
            said = terminal("sync", *QUIET, **{HOOK: where})

    assert said.exit not in (Exit.DONE, Exit.BUG)
    assert "The webhook could not be told" in said.printed
    assert "hook-of-secret" not in said.printed


def test_a_webhook_without_https_is_refused(terminal: Terminal) -> None:
    """Before anything is asked."""
    said = terminal("sync", **{HOOK: "http://hooks.example/hook-of-secret"})

    assert (said.exit, said.requests) == (Exit.YOUR_MOVE, 0)
    assert "no https address" in said.line
    assert "hook-of-secret" not in said.printed


def test_a_webhook_that_never_ends_its_answer_holds_nobody(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be it in the head, of which a byte comes now and then, or in a body that nobody needs."""
    monkeypatch.setattr(alert, "LONGEST", 0.5)
    for head, trouble in ((b"H", "it took too long"), (b"HTTP/1.1 204 No\r\n\r\n", None)):
        with dripping(head) as url:
            began = time.monotonic()
            said = terminal("models", "--warehouse", "none.duckdb", **{HOOK: url})
            assert time.monotonic() - began < 5
        assert said.exit == Exit.YOUR_MOVE
        assert (f"could not be told: {trouble}." in said.printed) == (trouble is not None)


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """Answer with this head, then with a byte now and then."""
    done = Event()

    class Dripping(StreamRequestHandler):
        def handle(self) -> None:
            self.request.sendall(head)
            while not done.wait(0.1):
                self.request.sendall(b"T")

    with ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook-of-secret"
        done.set()
        server.shutdown()


@pytest.mark.parametrize("odd", ["https://[::1/x", "https:///x", "hook-of-secret"])
def test_what_is_no_address_is_refused(terminal: Terminal, odd: str) -> None:
    """As one without https is; and one that is empty is none."""
    said = terminal("publish", "bi", **{HOOK: odd})
    assert (said.exit, said.line) == (Exit.YOUR_MOVE, "TIMEHOUSE__WEBHOOK_URL is no https address.")

    said = terminal("publish", "bi", **{HOOK: " "})
    assert (said.exit, "There are no marts" in said.line) == (Exit.YOUR_MOVE, True)


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "ex ample"])
def test_a_host_that_cannot_be_does_not_hide_how_the_run_ended(
    terminal: Terminal, host: str
) -> None:
    """That it could not be told is told, and the run's own error after it."""
    said = terminal("publish", "bi", **{HOOK: f"https://{host}/hook-of-secret"})

    assert (said.exit, "There are no marts" in said.line) == (Exit.YOUR_MOVE, True)
    assert "The webhook could not be told" in said.printed
    assert "hook-of-secret" not in said.printed
