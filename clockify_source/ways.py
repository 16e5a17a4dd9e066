"""The two ways to read a span of time entries, and which one is taken.

    the detailed report   all people in one request, 1,000 entries at most; knows what was invoiced
    the lists of people   one request a person, 5,000 entries at most; knows an entry's currency

A paid plan is read by the report: it needs the fewest requests for some months of many people, it
holds entries of people whom no list mentions any more, and it alone tells what was invoiced. The
free plan has no invoices, and its report takes 31 days at most: there the way that needs fewer
requests is taken, a person or a month being one each. Where the report is refused, lists are read.

No second page is asked for, but what begins after the last entry of a page that was cut off: so
nothing can move from page to page meanwhile. What moves from part to part of a span is followed as
between windows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from api_extract.errors import Forbidden, Gone
from api_extract.reading import Shape
from api_extract.run import Run
from api_extract.windows import Window, spans
from clockify_source.by_lists import ByLists
from clockify_source.by_report import LONGEST_ON_FREE_PLAN, ByReport
from clockify_source.reading import Workspace
from clockify_source.settings import Settings

LONGEST = timedelta(days=360)  # surely within what a report takes; of lists, what memory does
LONGEST_OF_FEW, FEW = timedelta(days=14_000), 20  # all there is, of so many people
LONGEST_OF_FREE = timedelta(days=155)  # six reports: what is read is kept when there are no more

NO_REPORT = "The detailed report cannot be read, so nothing tells what was invoiced: {}"


class Ways:
    """Reads spans of the entries of one workspace.

    `people`: where the windows were read before, those of whom there may be something new.
    """

    def __init__(
        self,
        run: Run[Settings],
        workspace: Workspace,
        shape: Shape,
        windows: Sequence[Window],
        people: set[str] | None = None,
    ) -> None:
        self.run = run
        known = None if people is None else (windows[0].bounds(run.zone)[0], people)
        self.lists = ByLists(run, workspace, shape, known)
        self.report: ByReport | None = ByReport(run, workspace)
        if workspace.is_free:
            lists = len(spans(windows, self._longest_of_lists)) * len(self.lists.people)
            self.report = self.report if _reports(windows) < lists else None

    @property
    def longest(self) -> timedelta:
        """How much to read before it is kept."""
        if self.report:
            return LONGEST_OF_FREE if self.report.workspace.is_free else LONGEST
        return self._longest_of_lists

    @property
    def _longest_of_lists(self) -> timedelta:
        return LONGEST_OF_FEW if len(self.lists.people) <= FEW else LONGEST

    def read(self, since: datetime, until: datetime, *, bounded: bool) -> pa.Table:
        """Return what the server takes to begin in a span; raises TooMany where it is `bounded`."""
        if self.report:
            try:
                return self.report.read(since, until, bounded=bounded)
            except (Forbidden, Gone) as error:  # no such right, or no such range
                self.report = None
                self.run.report.notes.append(NO_REPORT.format(error))
        return self.lists.read(since, until, bounded=bounded)


def _reports(windows: Sequence[Window]) -> int:
    """Return how many reports the free plan takes for windows, and some hours around them."""
    groups = spans(windows, LONGEST_OF_FREE)
    lengths = [group[-1].until - group[0].since + timedelta(days=2) for group in groups]
    return sum(-(-length // LONGEST_ON_FREE_PLAN) for length in lengths)
