"""Ends a process in the middle of a sync, at a named point or whenever somebody kills it."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import dlt
from dlt.destinations.impl.duckdb.duck import DuckDbClient, DuckDbCopyJob
from dlt.destinations.job_client_impl import SqlLoadJob
from dlt.destinations.sql_client import SqlClientBase

POINTS = ("extracted", "normalized", "staged", "merging", "merged", "loaded")


def dying(point: str, work: Callable[[], object], packages: int = 1) -> int:
    """Run `work` in a forked process that ends at this point; return its wait status.

    `packages`: with the point `loaded`, how many packages are.
    """

    def child() -> None:
        _arm(point, packages)
        work()

    return _forked(child, lambda _: None)


def killed(after: float, work: Callable[[], object]) -> int:
    """Run `work` in a forked process that is killed after some seconds; return its wait status."""

    def kill(child: int) -> None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)

    return _forked(work, kill)


def _forked(work: Callable[[], object], disturb: Callable[[int], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)  # never back into the test
    disturb(child)
    return os.waitpid(child, 0)[1]


def _arm(point: str, packages: int) -> None:
    match point:
        case "extracted":
            dlt.Pipeline.normalize = _die  # type: ignore[method-assign]
        case "normalized":
            dlt.Pipeline.load = _die  # type: ignore[method-assign]
        case "staged":
            _after_calls(DuckDbCopyJob, "run", 3)
        case "merging":
            _inside_merge()
        case "merged":
            _after_calls(SqlLoadJob, "run", 2)
        case "loaded":
            _after_calls(DuckDbClient, "complete_load", packages)


def _after_calls(owner: type, name: str, count: int) -> None:
    original, calls = getattr(owner, name), []

    def counting(self: Any, *args: Any) -> Any:  # noqa: ANN401 - stands for any method
        result = original(self, *args)
        calls.append(1)
        if len(calls) == count:
            _die()
        return result

    setattr(owner, name, counting)


def _inside_merge() -> None:
    original = SqlClientBase.execute_many

    def half(self: Any, statements: Any) -> Any:  # noqa: ANN401 - dlt's own types
        deletes = [s for s in statements if s.lstrip().startswith("DELETE FROM")]
        if deletes and '."time_entries"' in deletes[0]:
            original(self, deletes)
            _die()
        return original(self, statements)

    SqlClientBase.execute_many = half  # type: ignore[method-assign]


def _die(*_: object, **__: object) -> Any:  # noqa: ANN401 - stands for any method
    os._exit(9)
