"""The command line as a person sees it, in this process: words in, exit code and last line out."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.conftest import Account

SECRET = "geheim"


@dataclass
class Said:
    """How a call ended, the last line it printed for people to act on, and all it printed."""

    exit: object
    line: str
    requests: int
    printed: str


class Terminal:
    """A folder with a loaded warehouse, and the command line in it."""

    def __init__(
        self, account: Account, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.account = account
        self.folder = account.place.warehouse.parent
        self._patch = patch
        self._capsys = capsys
        self.configured = account.tracker.configured(account.settings) | {
            "TIMEHOUSE_AS_OF": account.world.now.isoformat(),
            "TIMEHOUSE_WAREHOUSE": account.place.warehouse.name,
        }

    @property
    def work(self) -> Path:
        """Where dlt works on the warehouse."""
        return self.account.place.folder / f"{self.account.tracker.name}_main"

    def __call__(self, *words: str, **environment: str | None) -> Said:
        """Type a command; what is None in the environment is not set there."""
        app = self.account.app
        app.reset()
        with self._patch.context() as here:
            here.delenv("RUNTIME__LOG_LEVEL")  # nothing is kept from the person
            for name, value in {**self.configured, **environment}.items():
                here.delenv(name, raising=False)
                if value is not None:
                    here.setenv(name, value)
            here.setattr(sys, "argv", ["timehouse", *words])
            with pytest.raises(SystemExit) as left:
                main()
        printed = "".join(self._capsys.readouterr())
        assert "Traceback" not in printed
        assert SECRET not in printed
        assert self.account.settings.api_key not in printed
        line = printed.strip().split("\n")[-1]
        return Said(left.value.code, line, sum(app.counts.values()), printed)
