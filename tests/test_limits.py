from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_extract.limits import Limit, Limiter

# A shared machine may be slow.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

KINDS = ["", "enhanced", "groups"]
limits = st.lists(
    st.builds(Limit, st.integers(1, 4), st.integers(1, 20), st.sampled_from(KINDS)), max_size=4
)
calls = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(KINDS)), max_size=40)


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.slept.append(seconds)


def crowded(sent: Sequence[tuple[float, str]], rules: Sequence[Limit]) -> list[Limit]:
    """Return the limits that are broken, by looking at every window that begins with a call."""
    broken = []
    for limit in rules:
        times = [at for at, kind in sent if limit.kind in ("", kind)]
        counts = [sum(t <= at < t + limit.seconds for at in times) for t in times]
        broken += [limit] * (max(counts, default=0) > limit.count)
    return broken


@unhurried
@given(rules=limits, asked=calls)
def test_no_window_holds_more_calls_than_allowed(
    rules: list[Limit], asked: list[tuple[int, str]]
) -> None:
    """However calls of all kinds follow each other, each limit holds in any window."""
    clock = Clock()
    limiter = Limiter(rules, clock=clock, sleep=clock.pass_by)
    sent = []

    for pause, kind in asked:
        clock.now += pause
        limiter.acquire(kind)
        sent.append((clock.now, kind))

    assert crowded(sent, rules) == []


@unhurried
@given(rules=limits, asked=calls)
def test_callers_that_wait_side_by_side_keep_the_limits_too(
    rules: list[Limit], asked: list[tuple[int, str]]
) -> None:
    """A call that comes while others still wait for their turns is given one of its own."""
    clock = Clock()
    limiter = Limiter(rules, clock=clock, sleep=lambda _: None)
    sent = []

    for pause, kind in asked:
        clock.now += pause
        sent.append((clock.now + limiter.acquire(kind), kind))

    assert crowded(sent, rules) == []


@unhurried
@given(pauses=st.lists(st.integers(0, 9), max_size=40))
def test_a_call_under_the_limit_does_not_wait(pauses: list[int]) -> None:
    """Only where the last three calls all lie within ten seconds is there a wait, no longer."""
    clock = Clock()
    limiter = Limiter([Limit(3, 10)], clock=clock, sleep=clock.pass_by)
    sent: list[float] = []

    for pause in pauses:
        clock.now += pause
        due = max(clock.now, sent[-3] + 10) if len(sent) >= 3 else clock.now
        called = clock.now
        assert limiter.acquire() == clock.now - called == due - called
        sent.append(clock.now)


def test_kinds_are_counted_apart_and_all_of_them_together() -> None:
    """A kind that is used up stops no other; the limit without a kind counts every call."""
    clock = Clock()
    rules = [Limit(1, 60, "groups"), Limit(3, 60)]
    limiter = Limiter(rules, clock=clock, sleep=clock.pass_by)

    assert [limiter.acquire(kind) for kind in ("groups", "enhanced", "")] == [0, 0, 0]
    assert limiter.acquire() == 60
    assert clock.slept == [60]
