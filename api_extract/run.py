"""One run over one account: who reads, what is remembered, and which rights it has."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa

from api_extract.ahead import Coming, begin
from api_extract.configured import Confined
from api_extract.errors import Forbidden, Gone, Later, Unexpected
from api_extract.known import Known
from api_extract.reading import Shape
from api_extract.replace import staged
from api_extract.report import Report
from api_extract.resource import Resource
from api_extract.seen import check_columns
from api_extract.session import Session
from api_extract.tables import Table
from api_extract.windows import Window

PEOPLE = "users"
ALONE = "Requests are counted for this run only: the file of all runs cannot be used."


S = TypeVar("S", bound=Confined)
Lists = dict[str, pa.Table]


@dataclass(frozen=True)
class Options:
    """What one run is asked to do; `since` and `until` are local dates, half-open, not widened.

    `windows`: the days it is confined to, where they are several spans. `sweep`: months to be read
    again besides those that are due. `forgotten`: people of whom nothing is read that tells who it
    was. `package`: when so many entries were read for the first time, the rest is left unread, to
    be extracted again by who asked for this; None: all is read at once. `by_clock`: `as_of` is
    what this machine's clock says, which may be wrong.
    """

    as_of: datetime
    full: bool = False
    since: date | None = None
    until: date | None = None
    lookback_days: int | None = None
    accept_shrink: bool = False
    accept_narrower_rights: bool = False
    windows: tuple[Window, ...] = ()
    sweep: tuple[Window, ...] = ()
    forgotten: tuple[int | str, ...] = ()
    package: int | None = None
    by_clock: bool = False


class Run(Generic[S]):
    """Holds what the resources of one extraction share.

    `system`: the name of the source's schema. `reduced`: resources of which the key gets less than
    was asked for. `wanted`: which are read, by default all. `left`: what the package before has
    left to this one, where a run loads several; `done`: windows of entries they have read;
    `fresh`: rows of this one that were never read before. `upcoming`: resources still to be
    read by this extraction.
    """

    def __init__(  # noqa: PLR0913 - what a run is made of
        self,
        system: str,
        resources: Mapping[str, Resource],
        *,
        settings: S,
        options: Options,
        session: Session,
        report: Report,
        wanted: AbstractSet[str] | None = None,
    ) -> None:
        self.resources = resources
        self.settings = settings
        self.options = options
        self.session = session
        self.report = report
        self.wanted = set(resources) if wanted is None else wanted
        self.known = Known(system)
        self.zone = ZoneInfo("UTC")
        self.reduced: set[str] = set()
        self.left: set[str] = set()
        self.done: set[str] = set()
        self.upcoming: set[str] = set()
        self.fresh = 0
        self.state: MutableMapping[str, Any] = {}
        self._shapes: dict[str, Shape] = {}
        self._lists: dict[str, Lists] = {}
        self._coming: dict[str, Coming[Lists]] = {}

    @property
    def today(self) -> date:
        """The local date of the run."""
        return self.options.as_of.astimezone(self.zone).date()

    @property
    def asked(self) -> Sequence[Window]:
        """The days this run is confined to, if any."""
        since, until = self.options.since, self.options.until
        if since or until:
            return [Window(since or date.min, until or date.max)]
        return self.options.windows

    @property
    def recent(self) -> Window:
        """The days that every run reads again."""
        asked = self.options.lookback_days
        days = self.settings.lookback_days if asked is None else asked
        return Window(self.today - timedelta(days=days), date.max)

    def rests(self, resource: str) -> bool:
        """Tell whether a list need not be read: it is one for once a day, and was read today.

        It does not rest where it is asked for, nor where people have come, gone or changed.
        """
        return (
            resource in self.settings.daily_lists
            and self.state.get("read_on", {}).get(resource) == str(self.today)
            and self.wanted == set(self.resources)
            and not (self.options.full or self.asked)
            and self.options.lookback_days is None
        )

    def still_open(self, days: Window) -> bool:
        """Tell whether days lie so that people still work on them, as they are configured.

        A span that was read while it was open is read once more when it no longer is, however
        long nobody has read anything in between.
        """
        return days.until > self.today - timedelta(days=self.settings.lookback_days)

    def shape(self, resource: str) -> Shape:
        """Return the one shape of a resource in this run."""
        if resource not in self._shapes:
            self._shapes[resource] = self.shape_of(self.resources[resource])
        return self._shapes[resource]

    def shape_of(self, way: Resource) -> Shape:
        """Return how a resource is read, or one of several ways to it."""
        out, hashed = self.settings.exclude_columns, self.settings.hash_columns
        return Shape(way, out, hashed, self.options.forgotten)

    def guarded(self, resource: str) -> list[Table]:
        """Return the tables of a resource without what is kept off the disk."""
        out, hashed = self.settings.exclude_columns, self.settings.hash_columns
        return [table.guarded(out, hashed) for table in self.resources[resource].tables]

    @property
    def everything(self) -> bool:
        """Whether this run reads all there is, so that what it reads with may change."""
        return self.options.full and not self.asked and self.wanted == set(self.resources)

    def begin(self, state: MutableMapping[str, Any]) -> None:
        """Begin an extraction: with what is remembered, and nothing read yet."""
        self.state = state
        self.left, self.report.unread = self.report.unread, set()
        self.fresh, self.known = 0, Known(self.known.schema)  # there may be new tables
        self.reduced.clear()
        self.report.later = ""
        self._shapes, self._coming = {}, {}
        if not self.left:
            self._lists = {}

    def remembered(self, resource: str) -> dict[str, dict[str, Any]]:
        """Return what is remembered of the spans of a resource.

        `hash`: the digest of what is loaded, None where it is not known. `rows`: how many.
        `again`: to be read again, however old. `open`: people still worked on it then.
        `running`: of entries, whether a clock runs.
        """
        spans: dict[str, dict[str, Any]] = self.state.get("read", {}).get(resource, {})
        return spans

    def remember(self, resource: str, span: str, facts: dict[str, Any]) -> None:
        """Remember a span whose rows were handed on; a change of state makes a load package."""
        if self.remembered(resource).get(span) != facts:
            self.state.setdefault("read", {}).setdefault(resource, {})[span] = facts

    def flag(self, resource: str, span: str, **facts: object) -> None:
        """Note something about a span, if it is remembered at all; if not, it is due anyway."""
        if span in self.remembered(resource):
            self.remember(resource, span, self.remembered(resource)[span] | facts)

    def postpone(self, resource: str, spans: Iterable[str], error: Later) -> None:
        """Leave these spans to the next run, as there are no requests left for this one."""
        self.report.later = str(error)
        self.report.resource(resource).left("postponed", str(error))
        for span in spans:
            self.flag(resource, span, again=True)

    def forget(self, resource: str, span: str) -> None:
        """Forget a span of which nothing is left."""
        self.state["read"][resource].pop(span, None)

    def restate(self, resource: str, year: int = 0) -> None:
        """Have what the server computes from a resource be read again, from this year on."""
        fills = self.resources[resource].fills
        for follower in self.resources.values():
            if resource in follower.follows:
                for span, known in self.remembered(follower.name).items():
                    if int(span) >= year and (known["rows"] or fills):
                        self.flag(follower.name, span, again=True)

    def ahead(self, reading: Mapping[str, Callable[[Session], Lists]]) -> None:
        """Begin to read lists, all at once, as far as they are not read or coming already."""
        new = {n: read for n, read in reading.items() if n not in {*self._lists, *self._coming}}
        self._coming |= begin(self.session, new)

    def stop(self) -> None:
        """Ask for nothing more; count what was asked."""
        self.session.close()
        for coming in self._coming.values():
            with suppress(Exception):
                coming.into(self.session)
        self._coming.clear()
        self.upcoming.clear()
        self._count()

    def _count(self) -> None:
        self.report.requests = self.session.requests
        self.report.waited = self.session.waited

    def once(self, resource: str, read: Callable[[], Lists]) -> Lists:
        """Return a list that is read whole, once per run however many ask for it."""
        if resource not in self._lists:
            coming = self._coming.pop(resource, None)
            self._lists[resource] = coming.into(self.session) if coming else read()
        return self._lists[resource]

    def counted(self, resource: Resource, items: Callable[[], Iterator[Any]]) -> Iterator[Any]:
        """Yield the items of a resource, counting its requests; record what it refuses.

        A refusal is an error unless a plan or module decides whether the resource exists. What is
        of another kind than declared is left as it was.
        """
        report = self.report.resource(resource.name)
        before = self.session.requests
        rests = self.rests(resource.name)
        try:
            yield from items()
            check_columns(self, self.shape(resource.name))
            self.refuses(resource.name, is_refused=False)
            self._note_day(resource.name, rests=rests)
        except (Forbidden, Gone) as error:
            if not resource.optional:
                raise
            report.status = "forbidden" if isinstance(error, Forbidden) else "missing"
            report.detail = str(error)
            if self.refuses(resource.name, is_refused=True):
                report.newly = bool(self.remembered(resource.name))
                if not report.newly:
                    yield from self._made_empty(resource)
        except Unexpected as error:
            if resource.reading == "entries":  # some may be replaced already
                raise
            report.left(error.status, str(error))
        except Later as error:
            self.stop()
            every = self.options.full and not self.asked
            self.postpone(resource.name, self.remembered(resource.name) if every else (), error)
        finally:
            self.known.close()
            if not self.session.limiter.shared and ALONE not in self.report.notes:
                self.report.notes.append(ALONE)
            report.requests += self.session.requests - before
            self._count()
            self.report.tell(f"{resource.name}: {report.rows} rows, {report.status}")

    def _note_day(self, resource: str, *, rests: bool) -> None:
        """Remember on which day a list was read, where that matters and all of it was."""
        report = self.report.resource(resource)
        if resource == PEOPLE and report.status == "loaded":
            self.state.pop("read_on", None)
        if rests:
            report.status = "not due" if report.status == "unchanged" else report.status
        elif resource in self.settings.daily_lists and not report.troubled and not self.asked:
            self.state.setdefault("read_on", {})[resource] = str(self.today)

    def refuses(self, what: str, *, is_refused: bool) -> bool:
        """Remember whether something is refused; tell whether that has changed."""
        before: list[str] = self.state.get("refused", [])
        if (what in before) == is_refused:
            return False
        rest = [name for name in before if name != what]
        self.state["refused"] = [*rest, what] if is_refused else rest
        return True

    def _made_empty(self, resource: Resource) -> Iterator[Any]:
        """Make the tables of what was never readable, so that models can rely on them."""
        shape = self.shape(resource.name)
        for table in shape.tables:
            yield from staged(table, shape.readers[table.name].empty())
