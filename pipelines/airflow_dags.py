"""Three DAGs for Airflow 3; each step is a verb of the command line, in a process of its own.

    timehouse_sync       each hour    sync → models → publish → look
    timehouse_backfill   each month   windows → a sync for each → models → publish → look
    timehouse_reconcile  each night   reconcile, with repair → look

This file imports nothing of Timehouse, so it may be linked into the folder of an Airflow that lives
in another environment. Verbs wait for the one slot of the pool `timehouse`: a DuckDB file has one
writer, and a tracker counts the requests of all who ask with one key.
"""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, Connection, CronDataIntervalTimetable, Param, Variable, chain, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

DONE, THEIR_MOVE, LOOK, BUSY = 0, 3, 5, 6  # exit codes
POOL = "timehouse"
RETRIES = 5  # as long apart as Airflow's default_task_retry_delay says
OF_A_TRACKER = ("sync", "reconcile")
CREDENTIALS = {"login": "api_user", "password": "api_key"}
log = logging.getLogger(__name__)


@task(pool=POOL, retries=RETRIES)
def run(verb: str, options: Sequence[str] = ()) -> int:
    """Run a verb in the folder of the warehouse; return 0, or 5 where something needs a look.

    Where running again may help Airflow is told to do so, and else that it never will.
    """
    folder = Variable.get("timehouse_folder", default=None)
    if folder is None or not Path(folder).is_dir():
        raise AirflowFailException("The variable timehouse_folder must name a folder.")
    system = Variable.get("timehouse_system", default="clockodo")
    asks = verb in OF_A_TRACKER
    environment = _environment() | (_configured(system) if asks else {})
    words = [_command(folder), verb, *([system] if asks else ()), *options]
    code, last = _ran(words, folder, environment)
    if code in {DONE, LOOK}:
        return code
    again = code in {THEIR_MOVE, BUSY}
    ended = f"timehouse {verb} ended with {code}: {last}"
    raise AirflowException(ended) if again else AirflowFailException(ended)


@task
def windows(
    params: Mapping[str, str | None] | None = None,
    data_interval_start: datetime | None = None,
    data_interval_end: datetime | None = None,
) -> list[list[str]]:
    """Return the options of a sync for each month of the run's data interval, or of its params."""
    days = []
    for name, bound in (("since", data_interval_start), ("until", data_interval_end)):
        given = (params or {}).get(name)
        days.append(date.fromisoformat(given) if given else bound and bound.date())
    since, until = days
    if since is None or until is None or since >= until:
        raise AirflowFailException("This run spans no days. Trigger it with since and until.")
    spans = []
    while since < until:
        end = min((since.replace(day=1) + timedelta(days=32)).replace(day=1), until)
        spans.append(["--no-models", f"--since={since}", f"--until={end}"])
        since = end
    return spans


@task
def look(codes: Mapping[str, int | Sequence[int] | None]) -> None:
    """Fail, when all is done, where a step has found something to look at; its log says what.

    A step that was marked as done by hand tells nothing.
    """
    of_each = ((step, [c] if isinstance(c, int) else c or ()) for step, c in codes.items())
    found = [step for step, each in of_each if LOOK in each]
    if found:
        raise AirflowFailException(f"All is done, but look at the log of {', '.join(found)}.")


def _command(folder: str) -> str:
    """Return the command: of Airflow's own environment, else of the folder's, else on the path."""
    own = f"{folder}/.venv/bin"
    path = os.pathsep.join([str(Path(sys.executable).parent), own, os.environ.get("PATH", "")])
    found = shutil.which("timehouse", path=path)
    if found is None:
        raise AirflowFailException(f"There is no timehouse beside Airflow, in {own} or on PATH.")
    return found


def _environment() -> dict[str, str]:
    """Return the environment of a verb, without what is Airflow's: it holds secrets of others."""
    ours = {k: v for k, v in os.environ.items() if not k.lstrip("_").startswith("AIRFLOW")}
    # Else dlt would look for its own secrets in Airflow's database.
    return ours | {"PROVIDERS__ENABLE_AIRFLOW_SECRETS": "false"}


def _configured(system: str) -> dict[str, str]:
    """Return the settings that the connection of a tracker holds, as the environment tells them.

    A process's environment, unlike its arguments, is seen by its owner only, and ends with it.
    Those of several accounts are where Timehouse itself looks for them.
    """
    if system == "all":
        return {}
    try:
        connection = Connection.get(system)
    except AirflowNotFoundException:
        raise AirflowFailException(f"There is no connection {system}.") from None
    given = {name: getattr(connection, field) for field, name in CREDENTIALS.items()}
    given |= connection.extra_dejson
    return {
        f"SOURCES__{system}__{name}".upper(): value if isinstance(value, str) else json.dumps(value)
        for name, value in given.items()
        if value is not None
    }


def _ran(words: Sequence[str], folder: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command to its end, logging what it prints; return its exit code and last line."""
    last = ""
    with subprocess.Popen(  # noqa: S603 - the words are ours
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                last = line.rstrip() or last
                log.info("%s", line.rstrip())
        except BaseException:
            process.send_signal(signal.SIGINT)
            raise
    return process.returncode, last


def _schedule(name: str, schedule: object, params: Mapping[str, Param] | None = None) -> DAG:
    """Return a DAG of which one run goes on at a time, and what was missed is not made up for."""
    return DAG(
        f"timehouse_{name}",
        schedule=schedule,
        start_date=datetime(2005, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        params=params,
        doc_md=__doc__,
        tags=["timehouse"],
    )


def _step(verb: str, *options: str) -> object:
    """Declare a verb as a step."""
    return run.override(task_id=verb)(verb, options)


def _day(name: str) -> Param:
    """Declare a day that may be given to a run instead of its data interval's."""
    return Param(None, type=["null", "string"], format="date", description=f"{name}, a local day")


with _schedule("sync", "7 * * * *"):
    # As of now, whichever hour the run is for: a tracker tells only what is.
    steps = {"sync": _step("sync", "--no-models")}
    steps |= {"models": _step("models"), "publish": _step("publish", "bi")}
    chain(*steps.values(), look(steps))

with _schedule(
    "backfill",
    CronDataIntervalTimetable("@monthly", timezone="UTC"),
    {"since": _day("since"), "until": _day("until")},
):
    mapped = run.override(task_id="sync").partial(verb="sync").expand(options=windows())
    steps = {"sync": mapped, "models": _step("models"), "publish": _step("publish", "bi")}
    chain(*steps.values(), look(steps))

with _schedule("reconcile", "37 2 * * *"):
    look({"reconcile": _step("reconcile", "--repair")})
