"""Any order of what may happen to a company and its warehouse; in the end, both are the same.

Edits of any age, syncs whole and in part, comparisons with and without repair, sweeps, rights that
are narrowed and given back, faults, pages that shift, time that passes, deaths, a lost folder. At
the end the rights are there, a sync reads what is due and sweeps, and a comparison repairs: then
each table equals the company, the log leads from the first load to the last, and, where they are
built, the marts hold.
"""

import random
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, assume, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from api_extract.errors import YourMove
from pipelines.exits import Exit, explained
from pipelines.models import models
from pipelines.reconcile import Reconciliation, reconcile
from tests.proof.founding import founded
from tests.proof.history import DAY, HOUR, LOG, History
from tests.proof.leading import gaps
from tests.trackers import CLOCKIFY, CLOCKODO, Tracker
from tests.truth import differences, entries

EVERYTHING = {"sweep_requests": 10_000}
NARROWED: dict[str, tuple[tuple[str, object], ...]] = {
    "clockodo": (("enhanced", False), ("owner", False)),
    "clockify": (("role", "member"), ("role", "admin")),
}


class Machine(RuleBasedStateMachine):
    """A company and its warehouse; `builds`: whether the marts are built at the end."""

    tracker: Tracker = CLOCKODO
    builds = False

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()

    @initialize(number=st.integers(0, 9_999))
    def found(self, number: int) -> None:
        """Found a company and load it; not by 0, as the plainest example is always drawn first."""
        assume(number)
        chance = random.Random(number)
        folder = Path(self._stack.enter_context(TemporaryDirectory()))
        self.company = self._stack.enter_context(founded(number, chance, folder, self.tracker))
        self.history = History(number, chance, self.company)
        self.company.sync()
        self.first = entries(self.company)

    @rule(count=st.integers(1, 12), old=st.booleans())
    def edit(self, count: int, old: bool) -> None:  # noqa: FBT001 - as drawn
        """Edit what is recent, or anything however old."""
        self.history.edit(count, everything=old)

    @rule(hours=st.sampled_from((1, 7, 26, 24 * 9, 24 * 40, 24 * 100)))
    def wait(self, hours: int) -> None:
        """Let time pass: over midnights, months, changes of the clock."""
        self.company.world.advance(hours * HOUR)

    @rule(full=st.booleans())
    def sync(self, full: bool) -> None:  # noqa: FBT001 - as drawn
        """Load what changed."""
        self.company.sync(full=full)

    @rule(budget=st.integers(1, 60))
    def sweep(self, budget: int) -> None:
        """Load what changed, and read some old months again."""
        self.company.sync(setting={"sweep_requests": budget})

    @rule()
    def sync_a_part(self) -> None:
        """Load some resources or days only."""
        self.history.sync_a_part()

    @rule(repair=st.booleans())
    def reconcile(self, repair: bool) -> None:  # noqa: FBT001 - as drawn
        """Compare with the tracker, which after a death is refused until a sync has finished it."""
        try:
            found = self._compared(repair=repair)
        except YourMove as error:
            assert "A load was left unfinished" in str(error)  # noqa: PT017 - only after a death
        else:
            assert found.exit in {Exit.DONE, Exit.LOOK}

    @rule()
    def crash(self) -> None:
        """Let a sync die somewhere."""
        self.history.crash()

    @rule()
    def refuse(self) -> None:
        """Let a sync meet faults."""
        self.history.refuse()

    @rule()
    def edit_under(self) -> None:
        """Edit between the pages that a sync reads."""
        self.history.edit_under()

    @rule()
    def move_to_another_machine(self) -> None:
        """Lose the working folder; the warehouse is taken along."""
        self.history.lose()

    @rule(which=st.integers(0, 1))
    def narrow(self, which: int) -> None:
        """Sync with a key that sees less, which is refused or noted; give its rights back."""
        rights, (name, narrow) = self.company.app.rights, NARROWED[self.tracker.name][which]
        before = getattr(rights, name)
        setattr(rights, name, narrow)
        try:
            self.company.sync()
        except Exception as error:
            said = explained(error)
            if said is None or said[0] != Exit.YOUR_MOVE:
                raise
        finally:
            setattr(rights, name, before)

    def teardown(self) -> None:
        """Sync, sweep and repair; then everything is equal."""
        try:
            if hasattr(self, "first"):
                self._end()
        finally:
            self._stack.close()

    def _end(self) -> None:
        self.company.sync()
        self.company.world.advance(DAY)
        for _ in range(2):  # what vanished by the hundred is followed by more than one sync
            self.company.sync(setting=EVERYTHING)
        found = self._compared(repair=True)
        assert found.differing == [], found.notes
        if self.tracker is CLOCKIFY:  # what those are due who have left is read once, or by --full
            self.company.sync("member_profiles", full=True)
        assert differences(self.company) == []
        names, rows = self.company.query(LOG.format(self.tracker.raw))
        log = [dict(zip(names, row, strict=True)) for row in rows]
        assert list(gaps(log, self.first, entries(self.company), self.tracker.log)) == []
        if self.builds:
            built = models(self.company.place, self.company.world.now + timedelta(minutes=1))
            assert built.failed == []

    def _compared(self, *, repair: bool) -> Reconciliation:
        company = self.company
        return reconcile(
            company.place, company.settings, company.world.now, repair=repair, models=False
        )


def run(number: int, tracker: Tracker, steps: int, *, builds: bool = False) -> None:
    """Run one sequence; the same number makes the same one. Raises where something differs."""
    kind = type("Sequence", (Machine,), {"tracker": tracker, "builds": builds})
    run_state_machine_as_test(
        seed(number)(kind),
        settings=settings(
            max_examples=1,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=False,
            phases=[Phase.generate],  # to make a failure smaller takes hundreds of sequences
            suppress_health_check=list(HealthCheck),
        ),
    )
