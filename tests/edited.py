"""A company that was loaded once and then edited in every way, to be copied for each case."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

from simulator.world import World
from tests.conftest import Account, served
from tests.edits import edit_everything
from tests.trackers import CLOCKODO, Tracker
from tests.truth import Rows, changes, differences, entries, truth

YEARS = 0.1


class Edited:
    """The company, and what the next sync of some resources should make of its first load.

    `folder`: where that load is, of `YEARS`; it is made there if it is not.
    """

    def __init__(self, folder: Path, *resources: str, tracker: Tracker = CLOCKODO) -> None:
        self.world = World(1, YEARS)
        self.tracker = tracker
        self._folder = folder
        self._asked = resources
        self._truths: dict[tuple[object, ...], dict[str, Rows]] = {}
        with served(self.world, folder, tracker=tracker) as account:
            if not account.place.warehouse.exists():
                account.sync()
            before = entries(account)
            edit_everything(self.world)
            self.world.advance(timedelta(days=1))  # some things are read once a day
            self.changes = changes(before, entries(account))

    @contextmanager
    def copied(self, folder: Path, switches: Any = None) -> Iterator[Account]:  # noqa: ANN401 - each tracker has its own
        """Serve the company by these readings, with a copy of warehouse and working folder."""
        copytree(self._folder, folder, dirs_exist_ok=True)
        with served(self.world, folder, switches, self.tracker) as account:
            yield account

    @cached_property
    def seconds(self) -> float:
        """How long that sync takes."""
        with TemporaryDirectory() as folder, self.copied(Path(folder)) as account:
            started = time.monotonic()
            account.sync(*self._asked)
            return time.monotonic() - started

    def truth(self, account: Account) -> dict[str, Rows]:
        """Return what the tables should hold."""
        key = tuple(getattr(account.app.switches, name) for name in self.tracker.decisive)
        if key not in self._truths:
            asked = [r for r in self.tracker.resources if not self._asked or r.name in self._asked]
            names = {table.name for resource in asked for table in resource.tables}
            told = truth(account)
            self._truths[key] = {name: rows for name, rows in told.items() if name in names}
        return self._truths[key]

    def check(self, account: Account, *, logged: bool = True) -> None:
        """Every cell is right, and the log of changes, where it was kept, has no gap nor double."""
        assert differences(account, self.truth(account)) == []
        raw = self.tracker.raw
        _, log = account.query(f"select entry_id, kind from {raw}.entry_changes")
        assert sorted(log) == (sorted(self.changes) if logged else [])
