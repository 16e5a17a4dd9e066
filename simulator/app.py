"""What the apps of all vendors are: a company, told over ASGI, that remembers what was asked."""

from abc import ABC, abstractmethod
from collections import Counter
from email.utils import format_datetime
from hmac import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulator.store import Row
from simulator.world import World

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class App(ABC):
    """An ASGI app; `requests` and `counts` tell what was asked of it."""

    def __init__(self, world: World) -> None:
        # The owner of the company holds the key.
        self.owner: Row = next(row for row in world.rows("users") if row["role"] == "owner")
        self.world = world
        self.me: int = self.owner["id"]
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.counts: Counter[str] = Counter()
        self.starlette = Starlette(routes=[Route("/{path:path}", self.handle, methods=METHODS)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        await self.starlette(scope, receive, send)

    def reset(self) -> None:
        """Forget what was asked."""
        self.requests.clear()
        self.counts.clear()

    def note(self, path: str, asked: dict[str, Any]) -> dict[str, str]:
        """Remember a request; returns the headers that every answer to it has."""
        self.requests.append((path, asked))
        self.counts[path] += 1
        return {"Date": format_datetime(self.world.now, usegmt=True)}

    @abstractmethod
    async def handle(self, request: Request) -> Response:
        """Answer one request."""


def is_same(given: str, expected: str) -> bool:
    """Compare secrets in a time that tells nothing."""
    return compare_digest(given.encode(), expected.encode())
