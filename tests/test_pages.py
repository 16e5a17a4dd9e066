import threading
from time import sleep

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_extract.pages import Page, Request, iter_pages

# A shared machine may be slow.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIRST = Page(msgspec.Raw(b"[1]"))


class Server:
    """Answers with the page asked for, some later than others, and counts who asks at once."""

    def __init__(self, slow: set[int] | None = None, broken: int = 0) -> None:
        self.slow, self.broken = slow or set(), broken
        self.asked: list[int] = []
        self.now = self.most = 0
        self.lock = threading.Lock()

    def fetch(self, request: Request) -> Page:
        """Return the page of this number."""
        number = int(dict(request.params)["page"])
        with self.lock:
            self.asked.append(number)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            if number in self.slow:
                sleep(0.002)
            if number == self.broken:
                raise ConnectionError(number)
            return Page(msgspec.Raw(b"[%d]" % number), number)
        finally:
            with self.lock:
                self.now -= 1


def rest(count: int) -> list[Request]:
    return [Request("/list").with_params(page=n) for n in range(2, count + 1)]


@unhurried
@given(
    count=st.integers(1, 40),
    in_flight=st.integers(1, 9),
    slow=st.sets(st.integers(2, 40), max_size=5),
)
def test_every_page_comes_once_and_in_order(count: int, in_flight: int, slow: set[int]) -> None:
    """Whatever answers late, nothing is dropped, repeated or reordered; nor is too much asked."""
    server = Server(slow)

    pages = list(iter_pages(FIRST, rest(count), server.fetch, in_flight))

    assert [page.number for page in pages] == list(range(1, count + 1))
    assert sorted(server.asked) == list(range(2, count + 1))
    assert server.most <= in_flight


def test_requests_are_in_flight_together() -> None:
    """Four pages that wait for each other arrive: they are asked for at the same time."""
    meeting = threading.Barrier(4, timeout=10)

    def fetch(_: Request) -> Page:
        meeting.wait()
        return FIRST

    assert len(list(iter_pages(FIRST, rest(5), fetch, 4))) == 5


@pytest.mark.parametrize("broken", [2, 7, 30])
def test_a_page_that_fails_ends_the_list_with_its_error(broken: int) -> None:
    """All pages before it are handed on, none after it, and no thread is left behind."""
    server = Server(broken=broken)
    pages = iter_pages(FIRST, rest(30), server.fetch, 4)

    seen = [next(pages).number for _ in range(1, broken)]
    with pytest.raises(ConnectionError, match=f"^{broken}$"):
        next(pages)

    assert seen == list(range(1, broken))
    assert max(server.asked) < broken + 4
    assert left_behind() == []


def test_a_reader_that_stops_early_stops_the_requests() -> None:
    """Closing the pages ends their threads, and only what was under way has been asked for."""
    server = Server()
    pages = iter_pages(FIRST, rest(1000), server.fetch, 4)

    next(pages)
    next(pages)
    pages.close()  # type: ignore[attr-defined]  # the iterator is a generator

    assert len(server.asked) <= 5
    assert left_behind() == []


def test_a_parameter_set_again_takes_the_place_of_the_old_one() -> None:
    """A later page is asked for with everything else unchanged, its limits included."""
    request = Request("/list", (("page", "1"), ("enhanced_list", "true")), "enhanced")

    assert request.with_params(page=2, year=2026) == Request(
        "/list", (("enhanced_list", "true"), ("page", "2"), ("year", "2026")), "enhanced"
    )


def left_behind() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("page")]
