"""Faults on demand: call n of an app gets outcome n."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.server import below


@dataclass(frozen=True)
class Fault:
    """Something that happens instead of an answer."""

    respond: Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]


Outcome = Fault | Callable[[], object] | None


def failing(app: ASGIApp, *outcomes: Outcome, path: str | None = None) -> ASGIApp:
    """Wrap an app: call n gets outcome n, None and everything after the last pass through.

    A callable is called before its call passes through, to edit the world between two pages.
    With a path (as it goes on from the base URL) only calls to it count.
    """
    upcoming = iter(outcomes)

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        counts = scope["type"] == "http" and path in {None, below(scope["path"])}
        outcome = next(upcoming, None) if counts else None
        if isinstance(outcome, Fault):
            await outcome.respond(app, scope, receive, send)
            return
        if outcome is not None:
            outcome()
        await app(scope, receive, send)

    return wrapped


def status(code: int, *, retry_after: object = None, html: bool = False) -> Fault:
    """Answer with a bare status, as JSON or as the page of a gateway."""
    body = b"<html><body><h1>%d</h1></body></html>" % code if html else b'{"error":"Sorry"}'
    headers = [(b"content-type", b"text/html" if html else b"application/json")]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))

    async def respond(_: ASGIApp, __: Scope, ___: Receive, send: Send) -> None:
        headers_out = [*headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": code, "headers": headers_out})
        await send({"type": "http.response.body", "body": body})

    return Fault(respond)


async def _half_body(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def cut(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message["body"]
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    # The server closes a connection whose answer stays shorter than announced.
    await app(scope, receive, cut)


async def _not_json(_: ASGIApp, __: Scope, ___: Receive, send: Send) -> None:
    body = b"<!doctype html><title>Maintenance</title>"
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _reset_before(_: ASGIApp, __: Scope, ___: Receive, send: Send) -> None:
    # ASGI has no word for hanging up without an answer; the server's own connection has.
    connection: Any = send.__self__  # type: ignore[attr-defined]
    connection.transport.abort()


async def _slow(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def dribble(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        body = message["body"]
        for start in range(0, len(body), size := len(body) // 10 + 1):
            part = {**message, "body": body[start : start + size], "more_body": True}
            await send(part)
            await asyncio.sleep(0.02)
        await send({**message, "body": b""})

    await app(scope, receive, dribble)


def rewritten(change: Callable[[Any], object]) -> Fault:
    """Answer with what a function makes of the JSON that would have been the answer."""

    async def respond(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        head: Message = {}

        async def rewrite(message: Message) -> None:
            if message["type"] == "http.response.start":
                head.update(message)
                return
            body = msgspec.json.encode(change(msgspec.json.decode(message["body"])))
            length = (b"content-length", str(len(body)).encode())
            others = [pair for pair in head["headers"] if pair[0] != length[0]]
            await send({**head, "headers": [*others, length]})
            await send({**message, "body": body})

        await app(scope, receive, rewrite)

    return Fault(respond)


def _without_rows(answer: dict[str, Any] | list[Any]) -> object:
    if isinstance(answer, list):
        return {}
    return {key: value for key, value in answer.items() if not isinstance(value, list | dict)}


def _mistyped(answer: dict[str, Any] | list[Any]) -> object:
    """Put a list with nothing to it where a value of a row belongs."""

    def odd(value: object) -> object:
        return [[name] for name in value] if isinstance(value, dict) else value

    if isinstance(answer, list):
        return [odd(row) for row in answer]
    return {
        key: [odd(row) for row in rows] if isinstance(rows, list) else odd(rows)
        for key, rows in answer.items()
    }


async def _reset(_: ASGIApp, __: Scope, ___: Receive, send: Send) -> None:
    # More is announced than comes, so the server hangs up after the headers.
    headers: list[Any] = [(b"content-type", b"application/json"), (b"content-length", b"9999")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


def _silence(seconds: float) -> Fault:
    """Say nothing for so long, or until the caller gives up, then answer."""

    async def respond(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(seconds):
                while (await receive())["type"] != "http.disconnect":
                    pass
        # Still there: a patient caller gets the answer.
        except TimeoutError:
            await app(scope, receive, send)

    return Fault(respond)


HALF_BODY = Fault(_half_body)
NOT_JSON = Fault(_not_json)
RESET = Fault(_reset)
RESET_BEFORE = Fault(_reset_before)
SLOW = Fault(_slow)
NO_ENVELOPE = rewritten(_without_rows)
MISTYPED = rewritten(_mistyped)
SILENCE = _silence
