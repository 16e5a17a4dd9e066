"""Lists that are read at once, so that none waits for the answers to another."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from api_extract.pages import IN_FLIGHT
from api_extract.session import Session

T = TypeVar("T")


@dataclass(frozen=True)
class Coming(Generic[T]):
    """What is on its way, and the session that counts its requests apart."""

    future: Future[T]
    session: Session

    def into(self, session: Session) -> T:
        """Return it, or raise what kept it from coming; `session` counts its requests now."""
        try:
            return self.future.result()
        finally:
            session.add(self.session)


def begin(session: Session, reading: Mapping[str, Callable[[Session], T]]) -> dict[str, Coming[T]]:
    """Begin to read all of these, whether or not anybody asks for them."""
    if not reading:
        return {}
    pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="list")
    each = {name: session.apart() for name in reading}
    coming = {n: Coming(pool.submit(read, each[n]), each[n]) for n, read in reading.items()}
    pool.shutdown(wait=False)  # the threads end once all is read
    return coming
