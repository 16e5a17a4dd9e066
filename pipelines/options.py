"""The words of the command line that all verbs share."""

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from api_extract.windows import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    from pipelines.place import Place
    from pipelines.show import Show


COMMANDLINE = ParameterSource.COMMANDLINE
INTERVAL = ("DLT_INTERVAL_START", "DLT_INTERVAL_END")  # instants, in the zone of the next
ZONE = "DLT_INTERVAL_TIMEZONE"
NO_SPAN = f"{' and '.join(INTERVAL)} are no span of time, in the zone {ZONE}."


def instant(value: str) -> datetime:
    """Read an ISO 8601 instant; one without a zone could mean any of 24."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no instant such as 2026-03-01T06:00:00Z.") from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no zone. Append Z for UTC.")
    _within_reach(moment.date())
    return moment.astimezone(UTC)


def day(value: str) -> date:
    """Read a local date."""
    try:
        given = date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date such as 2026-03-01.") from None
    return _within_reach(given)


def assigned() -> tuple[date | None, date | None]:
    """Return the days that a scheduler assigns to a run, as dlt reads its interval; none without.

    Half days count as whole ones. A scheduler gives an empty interval to a run for none.
    """
    if not all(os.environ.get(name) for name in INTERVAL):
        return None, None
    import dlt  # noqa: PLC0415 - only who is given an interval pays for it
    from dlt.common.interval import full_days_interval  # noqa: PLC0415

    try:
        given = dlt.current.interval()
        if given is None or given.start == given.end:
            return None, None
        since, until = full_days_interval(given)
    except (ValueError, OverflowError):
        raise click.UsageError(NO_SPAN) from None
    if since >= until:
        raise click.UsageError(NO_SPAN)
    return _within_reach(since.date()), _within_reach(until.date())


def _refuse_a_zone_that_is_none() -> None:
    """Tell it before a verb is begun: dlt cannot even be imported with such a one."""
    try:
        if os.environ.get(ZONE):
            import_module("dlt")
    except ValueError:
        raise click.UsageError(f"{ZONE} is no time zone such as Europe/Berlin.") from None


def age(value: str) -> timedelta:
    """Read a length of time such as 26h, 90m or 2d."""
    units = {"m": "minutes", "h": "hours", "d": "days"}
    if not re.fullmatch("[0-9]{1,6}[mhd]", value):
        raise click.BadParameter(f"{value!r} is no age such as 26h, 90m or 2d.")
    return timedelta(**{units[value[-1]]: int(value[:-1])})


def permissions(value: str) -> int:
    """Read the mode of a file: its owner may write it, others at most read it."""
    if not re.fullmatch("0?6[04][04]", value):
        raise click.BadParameter(f"{value!r} is no mode of a file such as 0600, 0640 or 0644.")
    return int(value, 8)


def _within_reach(given: date) -> date:
    if not FIRST_DAY <= given <= LAST_DAY:
        raise click.BadParameter(f"{given} is not within {FIRST_DAY} to {LAST_DAY}.")
    return given


GLOBAL = (
    click.option(
        "--warehouse",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="TIMEHOUSE_WAREHOUSE",
        help="DuckDB file.  [default: timehouse.duckdb]",
    ),
    click.option("--destination", metavar="NAME", help="dlt destination.  [default: duckdb]"),
    click.option("--account", metavar="LABEL", help="Which account.  [default: main]"),
    click.option(
        "--as-of",
        type=instant,
        metavar="INSTANT",
        envvar="TIMEHOUSE_AS_OF",
        help="The one now of the run.  [default: now]",
    ),
    click.option("--json", "as_json", is_flag=True, default=None, help="Print one JSON object."),
)


class Call:
    """The global options of one call, whether they stood before or after the verb."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given

    @cached_property
    def show(self) -> "Show":
        """Where to print."""
        from pipelines.show import Show  # noqa: PLC0415 - only verbs pay for it

        return Show(as_json=bool(self._given["as_json"]))

    def tell(self, error: Exception) -> None:
        """Print for programs how it ended; people read it on standard error."""
        if not self._given["as_json"]:
            return
        from pipelines.exits import Exit, explained  # noqa: PLC0415 - only errors pay for it

        if isinstance(error, click.ClickException):
            known = Exit.YOUR_MOVE, error.format_message()
        else:
            known = explained(error) or (Exit.BUG, type(error).__name__)
        self.show.data({"exit": int(known[0]), "failure": known[1]})

    @property
    def as_of(self) -> datetime:
        """The one now of the run."""
        given: datetime | None = self._given["as_of"]
        return given or datetime.now(UTC)

    @property
    def by_clock(self) -> bool:
        """Whether that now is what this machine's clock says."""
        return self._given["as_of"] is None

    @property
    def chosen(self) -> str | None:
        """The label of the account that was asked for, if one was."""
        label: str | None = self._given["account"]
        return label

    @property
    def account(self) -> str:
        """The label of the account."""
        return self.chosen or "main"

    @property
    def destination(self) -> str:
        """The name of the destination."""
        return self._given["destination"] or "duckdb"

    def place(
        self, system: str, warehouse: str = "timehouse.duckdb", account: str | None = None
    ) -> "Place":
        """Where to work."""
        from pipelines.place import Place  # noqa: PLC0415 - only verbs pay for it

        path = self._given["warehouse"] or Path(warehouse)
        return Place(system, account or self.account, path, self.destination)

    def settings(self, place: "Place") -> Any:  # noqa: ANN401 - each system has its own
        """How to reach the account."""
        from pipelines.systems import SYSTEMS  # noqa: PLC0415 - only verbs pay for it

        return SYSTEMS[place.system].resolve(place.account)


def shared(function: Callable[..., None]) -> Callable[..., Any]:
    """Give a verb the global options; what follows the verb wins over what precedes it."""

    @wraps(function)
    def wrapped(**given: object) -> None:
        _refuse_a_zone_that_is_none()
        names = ("warehouse", "destination", "account", "as_of", "as_json")
        context = click.get_current_context()
        own = {name: given.pop(name) for name in names}
        typed = {n for n in names if context.get_parameter_source(n) is COMMANDLINE}
        # The environment speaks to both; it must not overrule what was typed before the verb.
        call = Call({n: own[n] if n in typed else context.obj[n] for n in names})
        try:
            function(call, **given)
        except Exception as error:
            call.tell(error)
            raise

    return all_of(wrapped)


def all_of(command: Callable[..., Any]) -> Callable[..., Any]:
    """Declare the global options on a command."""
    for option in reversed(GLOBAL):
        command = option(command)
    return command
