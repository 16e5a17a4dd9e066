"""A webhook, if there is one, is told of what ended otherwise than well, and of nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

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
