"""Requests, pages, and the loop that fetches several things at once, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import msgspec
import pyarrow as pa

A = TypeVar("A")
T = TypeVar("T")

IN_FLIGHT = 8  # more would only reach the limits sooner: DECISIONS.md, 74


@dataclass(frozen=True)
class Request:
    """One GET: a path, its query as ordered pairs, and the kind its limits are counted by.

    With a `body`, which is JSON, it is a POST that reads. `base`: another base URL than the usual.
    `is_divisible`: where it takes the server too long, it is not asked for again and again, as
    whoever asks can ask for less.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    body: bytes | None = None
    base: str = ""
    is_divisible: bool = False

    @property
    def method(self) -> str:
        """The verb."""
        return "GET" if self.body is None else "POST"

    @property
    def name(self) -> str:
        """What errors call it; a query may hold what is nobody's business."""
        return f"{self.method} {self.path}"

    def with_params(self, **params: object) -> "Request":
        """Return the request with these parameters set, replacing equal names."""
        kept = tuple(pair for pair in self.params if pair[0] not in params)
        return replace(self, params=kept + tuple((k, str(v)) for k, v in params.items()))


@dataclass(frozen=True)
class Page:
    """The undecoded rows of one answer; counts are None where the list does not say.

    `parsed`: the rows as `flat.Flat` has parsed them, where they were fetched, if it could.
    """

    rows: msgspec.Raw
    number: int = 1
    count_pages: int = 1
    count_items: int | None = None
    parsed: pa.Table | None = None


def iter_pages(
    first: Page,
    rest: Sequence[Request],
    fetch: Callable[[Request], Page],
    in_flight: int = IN_FLIGHT,
) -> Iterator[Page]:
    """Yield the first page, then the rest in order, a few of them fetched ahead."""
    yield first
    for _, page in in_order(rest, fetch, in_flight):
        yield page.result()


def in_order(
    items: Iterable[A], do: Callable[[A], T], in_flight: int = IN_FLIGHT
) -> Iterator[tuple[A, Future[T]]]:
    """Yield items in order, each with what comes of it, while the next ones are under way."""
    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="in_order")
    upcoming, flying = iter(items), deque[tuple[A, Future[T]]]()
    try:
        while True:
            few = islice(upcoming, in_flight - len(flying))
            flying.extend((item, pool.submit(do, item)) for item in few)
            if not flying:
                return
            yield flying.popleft()
    finally:
        pool.shutdown(cancel_futures=True)
