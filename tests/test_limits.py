import os
import sqlite3
import stat
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_extract.errors import Later
from api_extract.limits import DAY, LONGEST_TURN, SLACK, Limit, Limiter

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
        due = max(clock.now, sent[-3] + 10 * SLACK) if len(sent) >= 3 else clock.now
        called = clock.now
        assert limiter.acquire() == clock.now - called == due - called
        sent.append(clock.now)


def test_kinds_are_counted_apart_and_all_of_them_together() -> None:
    """A kind that is used up stops no other; the limit without a kind counts every call."""
    clock = Clock()
    rules = [Limit(1, 60, "groups"), Limit(3, 60)]
    limiter = Limiter(rules, clock=clock, sleep=clock.pass_by)

    assert [limiter.acquire(kind) for kind in ("groups", "enhanced", "")] == [0, 0, 0]
    assert limiter.acquire() == 60 * SLACK
    assert clock.slept == [60 * SLACK]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(rules=limits, asked=calls)
def test_runs_that_share_a_file_keep_the_limits_together(
    rules: list[Limit], asked: list[tuple[int, str]]
) -> None:
    """Three take turns, and one begins anew with every call, as from a crontab."""
    with TemporaryDirectory() as folder:
        clock, path = Clock(), Path(folder) / "sent.sqlite"
        made = [Limiter(rules, path, clock=clock, sleep=clock.pass_by) for _ in range(2)]
        sent = []

        for (pause, kind), number in zip(asked, cycle(range(3)), strict=False):
            clock.now += pause
            anew = Limiter(rules, path, clock=clock, sleep=clock.pass_by)
            [*made, anew][number].acquire(kind)
            sent.append((clock.now, kind))

        assert crowded(sent, rules) == []


def test_processes_that_share_a_file_keep_the_limits_together(tmp_path: Path) -> None:
    """Four at once, each of which would use up the limit alone, by real clocks."""
    path, rule = tmp_path / "sent.sqlite", Limit(10, 1.0)

    def run() -> None:
        limiter = Limiter([rule], path)
        for _ in range(8):
            limiter.acquire()

    children = []
    for _ in range(4):
        if (child := os.fork()) == 0:
            try:
                run()
                os._exit(0)
            finally:
                os._exit(1)  # never back into the test
        children.append(child)

    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    sent = [at for (at,) in sqlite3.connect(path).execute("SELECT at FROM sent ORDER BY at")]
    assert len(sent) == 32
    assert crowded([(at, "") for at in sent], [rule]) == []


def test_a_turn_too_far_away_is_for_a_later_run(tmp_path: Path) -> None:
    """An hour's limit is waited for, a day's ends the run, says until when, and counts nothing."""
    clock = Clock()
    rules = [Limit(2, 3_600), Limit(3, DAY)]
    limiter = Limiter(rules, tmp_path / "sent.sqlite", clock=clock, sleep=clock.pass_by)
    for _ in range(3):
        limiter.acquire()
    assert clock.slept == [3_600 * SLACK]

    for _ in range(2):
        with pytest.raises(Later, match=r"Run again after 1970-01-02 00:14 UTC\.$"):
            limiter.acquire()
    clock.now = DAY * SLACK
    assert limiter.acquire() == 0


def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    """What was counted in a future that never came is forgotten."""
    clock = Clock()
    clock.now = 30 * DAY
    limiter = Limiter([Limit(1, 60)], tmp_path / "sent.sqlite", clock=clock, sleep=clock.pass_by)
    limiter.acquire()
    clock.now -= LONGEST_TURN + 1

    assert limiter.acquire() == 0
    assert limiter.acquire() == pytest.approx(60 * SLACK)


def test_the_file_is_its_owners_alone_and_old_ones_go(tmp_path: Path) -> None:
    """One of a user who was not asked for since days holds nothing that still counts."""
    folder = tmp_path / "requests"
    Limiter([], folder / "old.sqlite")
    os.utime(folder / "old.sqlite", (time.time() - 3 * DAY,) * 2)
    Limiter([], folder / "new.sqlite").acquire()

    assert [p.name for p in folder.iterdir()] == ["new.sqlite"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "new.sqlite").stat().st_mode) == 0o600


def test_a_file_that_cannot_be_used_leaves_counting_to_the_run(tmp_path: Path) -> None:
    """It is no file of counts, cannot be made, or goes while it is used."""
    (tmp_path / "text.sqlite").write_text("This is no database, and never was one." * 10)
    (tmp_path / "folder.sqlite").mkdir()
    for path in (tmp_path / "text.sqlite", tmp_path / "folder.sqlite", Path("/dev/null/x.sqlite")):
        clock = Clock()
        limiter = Limiter([Limit(1, 60)], path, clock=clock, sleep=clock.pass_by)
        assert not limiter.shared
        assert [limiter.acquire(), limiter.acquire()] == [0, 60 * SLACK]
