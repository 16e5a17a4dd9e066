"""What a run saw and did, filled while the source is read; for summaries and book-keeping."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from api_extract.difference import Counts

# Needs a look although the run went well; postponed: there were no requests left for it.
Trouble = Literal["shrunken", "unsettled", "unexpected", "postponed"]
FEW_TOLD = 5
Status = Literal["loaded", "unchanged", "not due", "forbidden", "missing"] | Trouble


@dataclass
class TableReport:
    """One raw table: rows read, what the load changes, spans left alone as unchanged."""

    read: int = 0
    changes: Counts = field(default_factory=Counts)
    windows: int = 0
    unchanged_windows: int = 0

    def saw(self, rows: int, *, unchanged: bool) -> None:
        """Count a span that was read."""
        self.read += rows
        self.windows += 1
        self.unchanged_windows += unchanged


@dataclass
class ResourceReport:
    """One resource of a run; `newly` marks one that was readable in an earlier run.

    `parts`: what is told of each part that was left as it was.
    """

    status: Status = "unchanged"
    rows: int = 0
    requests: int = 0
    detail: str = ""
    newly: bool = False
    parts: list[str] = field(default_factory=list)

    @property
    def troubled(self) -> bool:
        """Whether a part of it was left as it was."""
        return self.status in get_args(Trouble)

    def loaded(self) -> None:
        """Note that something of it is loaded."""
        self.status = self.status if self.troubled else "loaded"

    def left(self, status: Trouble, detail: str) -> None:
        """Note that a part of it was left as it was; the first few are told one by one."""
        self.parts.append(detail)
        more = len(self.parts) - FEW_TOLD
        self.status = status
        self.detail = " ".join(self.parts[:FEW_TOLD]) + (f" And {more} more." if more > 0 else "")


@dataclass
class WindowReport:
    """One span of one resource that was read, whether or not it had changed."""

    resource: str
    since: date
    until: date
    rows: int = 0
    content_hash: str = ""


@dataclass
class Report:
    """One run over one account."""

    owner: int | str | None = None
    owner_role: str | None = None
    timezone: str | None = None
    dataset: dict[str, Any] | None = None  # what it is filled as; None where the run was refused
    rights: set[str] = field(default_factory=set)
    tables: dict[str, TableReport] = field(default_factory=dict)
    resources: dict[str, ResourceReport] = field(default_factory=dict)
    windows: dict[tuple[str, date, date], WindowReport] = field(default_factory=dict)
    undeclared: set[str] = field(default_factory=set)
    vanished: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    requests: int = 0
    waited: float = 0.0
    later: str = ""  # why the run stopped before its end, if it did
    unread: set[str] = field(default_factory=set)  # resources left to the run's next package
    tell: Callable[[str], None] = lambda _: None  # progress, a line a resource

    def window(self, resource: str, since: date, until: date, rows: int, digest: str) -> None:
        """Note a span that was read; spans read person by person are noted as one."""
        seen = self.windows.setdefault(
            (resource, since, until), WindowReport(resource, since, until)
        )
        seen.rows += rows
        digests = (seen.content_hash + digest).encode()
        seen.content_hash = hashlib.blake2b(digests, digest_size=16).hexdigest()

    def table(self, name: str) -> TableReport:
        """Return the report of a table, begun on first use."""
        return self.tables.setdefault(name, TableReport())

    def resource(self, name: str) -> ResourceReport:
        """Return the report of a resource, begun on first use."""
        return self.resources.setdefault(name, ResourceReport())
