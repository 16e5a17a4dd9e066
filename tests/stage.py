"""A server on which one API after another appears, and a session that asks it."""

import json
import traceback
from base64 import b64encode
from typing import Any

import msgspec
import pytest
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api_extract.errors import ExtractError
from api_extract.limits import Limit
from api_extract.pages import Request
from api_extract.session import Session
from clockodo_source.api import Credentials, explain
from simulator.faults import Outcome, failing

USER, KEY = "eva@quarzwerk.example", "0123456789abcdef0123456789abcdef"
PAIR = b64encode(f"{USER}:{KEY}".encode()).decode()
ASK = Request("/v2/entries", (("text", "Geheimprojekt"), ("email", USER)))
PRIVATE = (KEY, USER, "eva%40", PAIR, "Geheimprojekt", "Timehouse;", "X-Clockodo", "Authorization")


class Api:
    """An API of one answer, with faults before it; and a session that asks it."""

    def __init__(self, app: ASGIApp, url: str, limits: tuple[Limit, ...]) -> None:
        self.app = app
        self.asked: list[str] = []
        self.waits: list[float] = []
        self.session = Session(
            url,
            Credentials(USER, KEY, basic=False),
            {"X-Clockodo-External-Application": f"Timehouse;{USER}"},
            limits=limits,
            explain=explain,
            sleep=self.waits.append,
            timeout=(5, 0.2),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note what is asked for."""
        self.asked.append(scope["path"])
        await self.app(scope, receive, send)

    def fetch(self, request: Request = ASK) -> Any:  # noqa: ANN401 - any JSON
        """Fetch one answer."""
        return self.session.fetch(request, lambda came: msgspec.json.decode(came.body))

    def refused(self, kind: type[ExtractError]) -> str:
        """Fail to fetch; return what the error says, having looked into all its corners."""
        with pytest.raises(kind) as caught:
            self.fetch()
        told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
        assert not [secret for secret in PRIVATE if secret in told + repr(vars(caught.value))]
        return str(caught.value)


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    number = int(Asked(scope).query_params.get("page", 1))
    await Response(json.dumps([number]), media_type="application/json")(scope, receive, send)


class Stage:
    """One server on which an API after another appears, as starting one takes its time."""

    def __init__(self) -> None:
        self.apis: list[Api] = []
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the latest API answer."""
        await self.apis[-1](scope, receive, send)

    def set(self, *outcomes: Outcome, app: ASGIApp = answer, limits: tuple[Limit, ...] = ()) -> Api:
        """Make the API that answers from now on."""
        self.apis.append(Api(failing(app, *outcomes), self.url, limits))
        return self.apis[-1]
