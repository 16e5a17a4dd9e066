"""The command line. Each verb is a module of its own; here are only words, options and exits.

Nothing heavy is imported before a verb runs, so that `timehouse --help` answers at once.
"""

import gc
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from api_extract.windows import LONGEST_LOOKBACK
from pipelines.options import Call, age, all_of, assigned, day, permissions, shared

if TYPE_CHECKING:
    from pipelines.exits import Exit
    from pipelines.place import Place

SYSTEMS = ("clockodo", "clockify")
ALL = "all"  # the accounts that are listed in the configuration
RARELY = 10_000  # objects made since Python last looked for garbage; of its own accord, 700
system_argument = click.argument("system", type=click.Choice(SYSTEMS), default="clockodo")
systems_argument = click.argument(
    "system", type=click.Choice([*SYSTEMS, ALL]), default="clockodo", metavar="[SYSTEM|all]"
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="timehouse")
@all_of
def cli(**given: object) -> None:
    """Load a time tracker into a warehouse: how well were we utilised, what did we earn.

    The tracker is Clockodo unless another is named: timehouse sync clockify.

    Exit codes: 0 done, 1 a bug of ours, 2 your move, 3 their move (run again), 4 the answer is
    not as agreed, 5 done but look, 6 busy.
    """
    click.get_current_context().obj = given


@cli.command()
@system_argument
@shared
def demo(call: Call, system: str) -> None:
    """Load a simulated company and print its hours and revenue; no account, no network."""
    from pipelines import demo as verb  # noqa: PLC0415 - only this verb pays for it
    from pipelines import output  # noqa: PLC0415

    if (call.account, call.destination) != ("main", "duckdb"):
        raise click.UsageError("The demo has a DuckDB file and an account of its own.")
    # A file for each: it is the same company, and would be counted twice.
    file = f"timehouse-demo{'' if system == SYSTEMS[0] else f'-{system}'}.duckdb"
    with call.show.progress() as tell:
        made = verb.demo(call.place(system, file), tell)
    output.show_demo(call.show, made, call.place(system, file))
    sys.exit(int(made.exit))


@cli.command()
@system_argument
@shared
def check(call: Call, system: str) -> None:
    """Ask each resource once: who am I, which rights do I have, what would be loaded."""
    from api_extract.run import Options  # noqa: PLC0415
    from pipelines import output, systems  # noqa: PLC0415

    tracker = systems.SYSTEMS[system]
    report, checks = tracker.check(call.settings(call.place(system)), Options(call.as_of))
    sys.exit(int(output.show_check(call.show, tracker, report, checks)))


@cli.command()
@systems_argument
@click.option("--since", type=day, metavar="DATE", help="Read entries from this local day on.")
@click.option("--until", type=day, metavar="DATE", help="Read entries before this local day.")
@click.option("--full", is_flag=True, help="Read all history again.")
@click.option(
    "--lookback",
    type=click.IntRange(0, LONGEST_LOOKBACK),
    metavar="DAYS",
    help="Instead of LOOKBACK_DAYS.",
)
@click.option(
    "--resources", metavar="A,B", default="", help="Only these; tables bring what comes with them."
)
@click.option("--no-models", is_flag=True, help="Do not build the SQL models.")
@click.option("--accept-shrink", is_flag=True, help="Load what lost most of its rows.")
@click.option("--accept-narrower-rights", is_flag=True, help="Go on with a key that sees less.")
@shared
def sync(  # noqa: PLR0913 - the options of the verb
    call: Call,
    system: str,
    *,
    since: date | None,
    until: date | None,
    full: bool,
    lookback: int | None,
    resources: str,
    no_models: bool,
    accept_shrink: bool,
    accept_narrower_rights: bool,
) -> None:
    """Load what changed, then build the models.

    Without --since, --until, --lookback and --full, the days of DLT_INTERVAL_START and
    DLT_INTERVAL_END are read, where a scheduler has set both.
    """
    if not (since or until or full) and lookback is None:
        since, until = assigned()
    if since and until and since >= until:
        raise click.UsageError(f"--since {since} is not before --until {until}.")
    from api_extract.run import Options  # noqa: PLC0415
    from pipelines import output  # noqa: PLC0415
    from pipelines import sync as verb  # noqa: PLC0415
    from pipelines.alert import alerting  # noqa: PLC0415

    options = Options(
        *(call.as_of, full, since, until, lookback, accept_shrink, accept_narrower_rights),
        by_clock=call.by_clock,
    )
    names = [name.strip() for name in resources.split(",") if name.strip()]

    def one(place: "Place") -> "Exit":
        with alerting(f"sync {place.label}") as end:
            output.show_begun(call.show, place, options.as_of)
            settings, models = call.settings(place), not no_models and system != ALL
            with call.show.progress() as tell:
                outcome = verb.sync(place, settings, options, names, models=models, tell=tell)
            output.show_sync(call.show, outcome, place)
            if outcome.report.later:
                sys.stderr.write(f"{outcome.report.later}\n")
            return end(outcome.exit, outcome.told)

    _of_each(call, system, one, models=not no_models)


@cli.command()
@systems_argument
@click.option("--repair", is_flag=True, help="Read again what differs, and compare once more.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Write a page to file: what both say, and where they differ.",
)
@shared
def reconcile(call: Call, system: str, *, repair: bool, report: Path | None) -> None:
    """Compare all history with the tracker's own totals."""
    if report and not report.absolute().parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {report.parent}.")
    if report and system == ALL:
        raise click.UsageError("--report: a page is of one account.")
    from pipelines import output  # noqa: PLC0415
    from pipelines import reconcile as verb  # noqa: PLC0415
    from pipelines.alert import alerting  # noqa: PLC0415

    def one(place: "Place") -> "Exit":
        with alerting(f"reconcile {place.label}") as end:
            settings = call.settings(place)
            with call.show.progress() as tell:
                found = verb.reconcile(
                    *(place, settings, call.as_of),
                    repair=repair,
                    by_clock=call.by_clock,
                    tell=tell,
                )
            output.show_reconciled(call.show, found)
            if report:
                from pipelines import agreement  # noqa: PLC0415 - only a page pays for templates

                agreement.write(report, place, found)
                call.show.text(f"Written: {report}")
            return end(found.exit, found.told)

    _of_each(call, system, one)


@cli.command()
@shared
def models(call: Call) -> None:
    """Build and test the SQL models."""
    from pipelines import models as verb  # noqa: PLC0415
    from pipelines import output  # noqa: PLC0415
    from pipelines.alert import alerting  # noqa: PLC0415

    with alerting("models") as end:
        built = verb.models(call.place("clockodo"), call.as_of)
        call.show.data(asdict(built))
        code = end(output.show_models(call.show, built), built.failed)
    sys.exit(int(code))


@cli.command()
@systems_argument
@click.option("--max-age", type=age, metavar="AGE", help="Exit 5 if not read since: 26h.")
@shared
def status(call: Call, system: str, max_age: timedelta | None) -> None:
    """Tell the last load, freshness, rows, rights, and what needs a look."""
    from pipelines import output  # noqa: PLC0415
    from pipelines import status as verb  # noqa: PLC0415

    def one(place: "Place") -> "Exit":
        now = call.as_of
        return output.show_status(call.show, verb.status(place, now), now, max_age)

    _of_each(call, system, one)


@cli.command()
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--mode",
    type=permissions,
    default="0600",
    show_default=True,
    help="Who may read the files; 0640: the group, too.",
)
@shared
def publish(call: Call, directory: Path, mode: int) -> None:
    """Copy the marts to DIR for BI tools: one DuckDB file and Parquet."""
    from pipelines import output  # noqa: PLC0415
    from pipelines import publish as verb  # noqa: PLC0415
    from pipelines.alert import alerting  # noqa: PLC0415

    with alerting("publish"):
        output.show_published(call.show, verb.publish(call.place("clockodo"), directory, mode))


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), help="On loopback.  [default: a free one]")
@click.option("--no-browser", is_flag=True, help="Only print where it is.")
@shared
def report(call: Call, port: int | None, *, no_browser: bool) -> None:
    """Open the report app in the browser, on a copy of the marts."""
    from pipelines import report as verb  # noqa: PLC0415

    verb.report(call.place("clockodo"), port, call.show, browser=not no_browser)


@cli.command()
@system_argument
@click.option("--user", required=True, metavar="ID", help="The number, or id, of the person.")
@shared
def forget(call: Call, system: str, *, user: str) -> None:
    """Erase who a person was, here and in all copies; hours, days and amounts stay."""
    from pipelines import forget as verb  # noqa: PLC0415
    from pipelines import output  # noqa: PLC0415

    found = verb.forget(call.place(system), user, call.as_of, is_chosen=call.chosen is not None)
    output.show_forgotten(call.show, user, found)
    sys.exit(int(found.exit))


@cli.command()
@click.argument("system", type=click.Choice(SYSTEMS))
@click.option("--port", type=click.IntRange(0, 65535), required=True, help="On loopback only.")
def simulate(system: str, port: int) -> None:
    """Serve the invented company until interrupted, for trying things out."""
    from pipelines.simulated import simulate as verb  # noqa: PLC0415

    verb(system, port, click.echo)


def _of_each(
    call: Call, system: str, one: Callable[["Place"], "Exit"], *, models: bool = False
) -> NoReturn:
    """Run a verb for one account, or for all that are listed; leave with how it ended."""
    if system != ALL:
        sys.exit(int(one(call.place(system))))
    from pipelines import several  # noqa: PLC0415

    sys.exit(int(several.run(call, one, models=models)))


def main() -> None:
    """Run the command line; every expected error ends in its exit code and one line."""
    # A tenth of a small sync went into looking for garbage among what dlt and dbt keep anyway.
    gc.set_threshold(RARELY)
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("Stopped. Run again to go on.\n")
        sys.exit(130)
    except Exception as error:
        from pipelines.exits import explained  # noqa: PLC0415 - only errors pay for it

        known = explained(error)
        if known is None:
            raise
        code, message = known
        sys.stderr.write(f"{message}\n")
        sys.exit(int(code))
