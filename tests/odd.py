"""A company whose texts, numbers and instants are odd ones, where nothing hangs on them.

Chance goes by the seed, the row and the key, so that whoever asks again, or elsewhere, is told the
same.
"""

import re
from random import Random
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.faults import rewritten
from tests.drawn import DATES, NUMBERS, TEXTS, TIMES

# What holds rows together, decides where they are read, or what is read.
KEPT = re.compile(
    r"_?id|\w+Ids?|start|end|duration|timeZone|status|statusType|roles?|membershipType|type"
    r"|featureSubscriptionType|totals|count|total"
)
TEXT = TEXTS[1:-1]  # an empty one may mean none, and a long one takes long
INTEGERS = (0, 1, -1, 2**31, 2**53, -(2**53))
INSTANT, DAY = re.compile(r"\d{4}-\d\d-\d\dT.*"), re.compile(r"\d{4}-\d\d-\d\d")


class OddApp:
    """An ASGI app in front of another one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.seed = 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        changed = rewritten(lambda answer: self._odd(answer, ""))
        await changed.respond(self._app, scope, receive, send)

    def _odd(self, value: Any, where: str) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, list):
            return [self._odd(part, where) for part in value]
        if not isinstance(value, dict):
            return self._drawn(value, where)
        row = value.get("id") or value.get("_id") or where
        return {
            key: part if KEPT.fullmatch(key) else self._odd(part, f"{row}.{key}")
            for key, part in value.items()
        }

    def _drawn(self, value: object, where: str) -> object:
        chance = Random(f"{self.seed} {where}")
        if isinstance(value, bool):
            return chance.random() < 0.5
        if isinstance(value, str) and INSTANT.fullmatch(value):
            return f"{chance.choice(DATES)}T{chance.choice(TIMES)}Z"
        if isinstance(value, str):
            return chance.choice(DATES if DAY.fullmatch(value) else TEXT)
        kinds = {int: INTEGERS, float: NUMBERS}
        return chance.choice(kinds[type(value)]) if type(value) in kinds else value
