"""A company that was loaded once and then edited in every way, to be copied for each case."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

from clockodo_source.tables import BY_NAME
from simulator.clockodo import Switches
from simulator.world import World
from tests.conftest import Account, served
from tests.edits import edit_everything
from tests.truth import Rows, changes, differences, entries, truth


class Edited:
    """The company, the folder of its first load, and what the next sync should make of it."""

    def __init__(self, folder: Path, *resources: str) -> None:
        self.world = World(1, 0.1)
        self._folder = folder
        self._asked = resources
        self._truths: dict[tuple[bool, bool], dict[str, Rows]] = {}
        with served(self.world, folder) as account:
            started = time.monotonic()
            account.sync(*resources)
            self.seconds = time.monotonic() - started
            before = entries(account)
            edit_everything(self.world)
            self.changes = changes(before, entries(account))

    @contextmanager
    def copied(self, folder: Path, switches: Switches | None = None) -> Iterator[Account]:
        """Serve the company by these readings, with a copy of warehouse and working folder."""
        copytree(self._folder, folder, dirs_exist_ok=True)
        with served(self.world, folder, switches) as account:
            yield account

    def truth(self, account: Account) -> dict[str, Rows]:
        """Return what the tables should hold."""
        # Of the readings, only these decide on values.
        key = (account.app.switches.offset, account.app.switches.completion_touches)
        if key not in self._truths:
            told = truth(account)
            asked = (BY_NAME[name] for name in self._asked or BY_NAME)
            names = {table.name for resource in asked for table in resource.tables}
            self._truths[key] = {name: rows for name, rows in told.items() if name in names}
        return self._truths[key]

    def check(self, account: Account, *, logged: bool = True) -> None:
        """Every cell is right, and the log of changes, where it was kept, has no gap nor double."""
        assert differences(account, self.truth(account)) == []
        _, log = account.query("select entry_id, kind from clockodo_raw.entry_changes")
        assert sorted(log) == (sorted(self.changes) if logged else [])
