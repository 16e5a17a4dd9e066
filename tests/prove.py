"""The long proofs, and what came of them.

    make prove                       histories, from the first seed that is not yet recorded
    make prove SEED=7 COUNT=1        this one again
    make prove PART=sequences        any order of edits, syncs, comparisons, sweeps and deaths
    make prove PART=drills           much work, behind a server that counts or fails
    make prove PART=combinations     readings of the documentation x faults x rights
    make prove PART=mutants          ways to break the extractor: are they noticed?

A seed tells the same history each time, but for the moments at which a sync is killed.
"""

import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count as counting
from pathlib import Path

import click

from tests.proof.combinations import combine
from tests.proof.drill import FASTER, Drilled, faster, hostile, limited
from tests.proof.history import Told, tell
from tests.proof.machine import run as run_sequence
from tests.proof.mutants import hunt
from tests.trackers import CLOCKIFY, CLOCKODO

PARTS = ("histories", "sequences", "drills", "combinations", "mutants")
ROUNDS, STEPS = 4, 12
DOCS = Path(__file__).parent.parent / "docs"
RECORD, GUARANTEES = DOCS / "proofs.md", DOCS / "guarantees.md"
HEAD = """\
# Proofs

What `make prove` has tried, the newest at the end of each list.

## Load drills

`make prove PART=drills`: a first load of all entries there are, from a server in a process of its
own.

- **limits**: the server refuses what exceeds the documented limits, with all windows 10 times
  shorter; still shorter ones would allow more pages a second than can be read. At most three
  requests may be refused; number, hours and revenue of the entries are compared.
- **a third fails**: of all calls, at random: 429, 500, the HTML of a gateway, a connection that is
  cut before or inside the answer, half a body, or no JSON. A load that gives up begins again, as a
  scheduler would have it; after each, every cell of what is in the warehouse is compared.

`waited`: seconds for a turn within the limits, summed over all requests that are under way
at a time; `took`: seconds in all.

| date | drill | entries | loads | requests | refused | faults met | waited | took | problems |
|---|---|---|---|---|---|---|---|---|---|

## Sequences

`make prove PART=sequences COUNT=500`: a seed is a company of either tracker, and any order of edits
of any age, syncs whole and in part, comparisons with and without repair, sweeps, narrowed rights,
faults, shifting pages, time that passes, deaths and lost folders. At the end a sync, a sweep and a
repair: then every cell was compared, the log of changes was followed from the first load to the
last, and with each tenth seed the models and their tests were built. One row per run of the
command.

| date | seeds | steps | failed seeds |
|---|---|---|---|

## Histories

A seed is a simulated company: loaded, then edited at random, round after round, with syncs that
are killed, refused, or edited under. After each round every cell of the warehouse was compared
with the company, the log of changes was followed from the entries of the round before to those of
now, and another sync had to load nothing. A failed seed ended at its first differences, of which
20 are counted. One row per run of the command.

| date | seeds | rounds | edits | crashes | faults met | differences | failed seeds |
|---|---|---|---|---|---|---|---|
"""
SEQUENCES, HISTORIES = "\n## Sequences\n", "\n## Histories\n"
SEEDS = re.compile(r"^\| [\d-]{10} \| (\d+)-(\d+) \|", re.MULTILINE)

Tell = Callable[[int, int, Path], Told]
Drill = Callable[[Path], Drilled]
DRILLS: tuple[Drill, ...] = (
    partial(limited, 26.0, *faster(FASTER)),
    *(partial(hostile, 5.25, seed) for seed in (2, 3, 4)),
)


class Record:
    """The page of results; the row of this run grows with each seed, beside those of others."""

    def __init__(self, page: Path) -> None:
        self._page = page
        self._told: list[Told] = []
        self._row = ""

    def first_missing(self) -> int:
        """Return the first seed that no row holds."""
        return _first_missing(self._text().partition(HISTORIES)[2])

    def add(self, told: Told) -> None:
        """Write a seed down before the next one begins."""
        self._told.append(told)
        text = self._text()
        if self._row:
            before, _, after = text.rpartition(self._row)
            text = before + after
        self._row = f"{_row(self._told)}\n"
        self._page.parent.mkdir(exist_ok=True)
        self._page.write_text(text + self._row, encoding="utf-8")

    def next_sequence(self) -> int:
        """Return the first seed of sequences that no row holds."""
        return _first_missing(self._text().partition(SEQUENCES)[2].partition(HISTORIES)[0])

    def add_sequences(self, first: int, last: int, steps: int, failed: Sequence[int]) -> None:
        """Write down how sequences went; of one run of the command the last such line stays."""
        before, mark, after = self._text().partition(HISTORIES)
        head = f"| {datetime.now(UTC):%Y-%m-%d} | {first}-"
        kept = "".join(
            line for line in before.splitlines(keepends=True) if not line.startswith(head)
        )
        row = f"{head}{last} | {steps} | {', '.join(map(str, failed)) or 'none'} |\n"
        self._page.write_text(f"{kept}{row}{mark}{after}", encoding="utf-8")

    def add_drill(self, told: Drilled) -> None:
        """Write a drill down, above the sequences."""
        before, mark, after = self._text().partition(SEQUENCES)
        self._page.parent.mkdir(exist_ok=True)
        self._page.write_text(f"{before}{_drill_row(told)}\n{mark}{after}", encoding="utf-8")

    def _text(self) -> str:
        return self._page.read_text(encoding="utf-8") if self._page.exists() else HEAD


def _first_missing(rows: str) -> int:
    """Return the first seed that no row holds."""
    told = ((int(first), int(last)) for first, last in SEEDS.findall(rows))
    done = {seed for first, last in told for seed in range(first, last + 1)}
    return next(seed for seed in counting(1) if seed not in done)


def _row(told: list[Told]) -> str:
    """Sum up the seeds of one run."""
    sums = [sum(getattr(t, n) for t in told) for n in ("rounds", "edits", "crashes", "faults")]
    cells = [
        f"{datetime.now(UTC):%Y-%m-%d}",
        f"{told[0].seed}-{told[-1].seed}",
        *(f"{number:,}" for number in (*sums, sum(len(t.problems) for t in told))),
        ", ".join(str(t.seed) for t in told if t.problems) or "none",
    ]
    return f"| {' | '.join(cells)} |"


def _drill_row(told: Drilled) -> str:
    counts = (told.entries, told.runs, told.requests, told.refused, told.faults)
    times = f"{told.waited:,.0f}", f"{told.seconds:,.0f}"
    cells = [*(f"{n:,}" for n in counts), *times, str(len(told.problems) or "none")]
    return f"| {datetime.now(UTC):%Y-%m-%d} | {told.drill} | {' | '.join(cells)} |"


def drill(record: Record, say: Callable[[str], None], drills: Sequence[Drill] = DRILLS) -> bool:
    """Do the load drills, say and record how they went; True: all held."""
    held = True
    for one in drills:
        with tempfile.TemporaryDirectory() as folder:
            told = one(Path(folder))
        record.add_drill(told)
        say(
            f"{told.drill}: {told.entries} entries, {told.runs} loads, {told.requests} requests,"
            f" {told.refused} refused, {told.faults} faults, {told.waited:.0f} s waited,"
            f" {told.seconds:.0f} s: {'FAILED' if told.problems else 'equal'}"
        )
        for problem in told.problems:
            held = False
            say(f"  ! {problem}")
    return held


def prove(
    seeds: Sequence[int], rounds: int, record: Record, say: Callable[[str], None], tell: Tell = tell
) -> bool:
    """Let the histories of adjacent seeds happen, say and record how they went; True: all held."""
    held = True
    for seed in seeds:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            told = tell(seed, rounds, Path(folder))
        record.add(told)
        verdict = "FAILED" if told.problems else "equal"
        say(
            f"seed {seed}: {told.rounds} rounds, {told.edits} edits, {told.crashes} crashes,"
            f" {told.faults} faults, {time.monotonic() - started:.0f} s: {verdict}"
        )
        if told.problems:
            held = False
            say(f"  round {told.rounds}:" if told.rounds else "  the first load:")
            for line in told.story:
                say(f"    {line}")
            for problem in told.problems:
                say(f"  ! {problem}")
            say(f"  again: make prove SEED={seed} COUNT=1")
    return held


def go_through(seeds: Sequence[int], record: Record, say: Callable[[str], None]) -> bool:
    """Run sequences of each tracker in turn, say and record how they went; True: all held."""
    failed: list[int] = []
    for number in seeds:
        started = time.monotonic()
        tracker = (CLOCKODO, CLOCKIFY)[number % 2]
        try:
            run_sequence(number, tracker, STEPS, builds=number % 10 == 0)
        except Exception:  # noqa: BLE001 - whatever it is, it is no proof
            failed.append(number)
            say(traceback.format_exc())
        record.add_sequences(seeds[0], number, STEPS, failed)
        verdict = "FAILED" if number in failed else "equal"
        say(f"seed {number}: {tracker.name}, {time.monotonic() - started:.0f} s: {verdict}")
    return not failed


@click.command()
@click.argument("part", type=click.Choice(PARTS), default=PARTS[0])
@click.option("--seed", type=click.IntRange(0), help="The first; else the first not recorded.")
@click.option("--count", type=click.IntRange(1), default=20, show_default=True)
def main(part: str, seed: int | None, count: int) -> None:
    """Run long proofs, minutes to an hour, and record them in docs; 1: one failed."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "DLT_DATA_DIR": home,
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "CRITICAL",
        }
        record = Record(RECORD)
        match part:
            case "drills":
                held = drill(record, click.echo)
            case "sequences":
                first = record.next_sequence() if seed is None else seed
                held = go_through(range(first, first + count), record, click.echo)
            case "combinations":
                held = combine(GUARANTEES, click.echo)
            case "mutants":
                held = hunt(GUARANTEES, click.echo)
            case _:
                first = record.first_missing() if seed is None else seed
                held = prove(range(first, first + count), ROUNDS, record, click.echo)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
