"""Exit codes, and which error ends in which."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import duckdb
from dlt.common.configuration.exceptions import ConfigFieldMissingException, ConfigurationException
from dlt.common.destination.exceptions import DestinationException
from dlt.common.schema.exceptions import SchemaEngineNoUpgradePathException
from dlt.destinations.exceptions import (
    DatabaseException,
    DatabaseTransientException,
    DestinationConnectionError,
)
from dlt.pipeline.exceptions import (
    PipelineStateEngineNoUpgradePathException,
    PipelineStepFailed,
)
from filelock import Timeout

from api_extract.errors import ExtractError, TheirMove, YourMove

NEWER = (
    "This warehouse was filled by a newer Timehouse. Upgrade this one, or use another warehouse."
)
NO_SPACE = [os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)]
FOREIGN = "Another program has the warehouse open. Run again when it has closed it."
FULL = "No space is left on the disk. Free some space, then run again: nothing is lost."
UNPARSED = "The destination is not configured: its credentials cannot be read."
NO_SERVER = "The warehouse cannot be opened. Check that its server runs, and the credentials."


class Exit(IntEnum):
    """What a scheduler can act on."""

    DONE = 0
    BUG = 1
    YOUR_MOVE = 2
    THEIR_MOVE = 3
    NOT_AS_AGREED = 4
    LOOK = 5
    BUSY = 6


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be what it is, which dlt makes a failure of its own."""
    try:
        yield
    except PipelineStepFailed as error:
        if isinstance(error.exception, KeyboardInterrupt):
            raise error.exception from None
        raise


def explained(error: BaseException) -> tuple[Exit, str] | None:
    """Return the exit code and message of an expected error, None for a bug of ours.

    dlt and its destinations wrap what went wrong, so the causes are looked through.
    """
    causes = _causes(error)
    if any(_full(cause) for cause in causes):
        return Exit.YOUR_MOVE, FULL
    ours = (known for cause in causes if (known := _ours(cause)))
    # The database's own word is the innermost; what dlt wraps around it quotes tracebacks.
    theirs = (known for cause in reversed(causes) if (known := _of_the_warehouse(cause)))
    return next(ours, None) or next(theirs, None)


def _ours(cause: BaseException) -> tuple[Exit, str] | None:
    if isinstance(cause, ExtractError):
        return _exit_of(cause), str(cause)
    if isinstance(cause, Timeout):
        return Exit.BUSY, "Another run holds the warehouse. Try again when it has finished."
    if "Could not set lock on file" in str(cause):
        return Exit.BUSY, FOREIGN
    said = _refused_here(cause)
    return (Exit.YOUR_MOVE, said) if said else None


def _of_the_warehouse(cause: BaseException) -> tuple[Exit, str] | None:
    if isinstance(cause, DatabaseTransientException):
        return Exit.THEIR_MOVE, f"The warehouse did not answer: {_first_line(cause)}"
    if isinstance(cause, DestinationException | DatabaseException):
        return Exit.YOUR_MOVE, f"The warehouse refused: {_first_line(cause)}"
    # dlt wraps all but a refused connection; its text may hold half of a password.
    return (Exit.YOUR_MOVE, NO_SERVER) if type(cause).__module__ == "psycopg2" else None


def _full(cause: BaseException) -> bool:
    """Tell whether a file could not be written for lack of space; DuckDB says so in words only."""
    ours = isinstance(cause, OSError | duckdb.Error | DestinationException)
    return ours and any(words in str(cause) for words in NO_SPACE)


def _refused_here(cause: BaseException) -> str | None:
    if isinstance(cause, ConfigFieldMissingException):
        return f"The destination is not configured: {', '.join(cause.fields)} missing."
    if isinstance(cause, ConfigurationException):
        return UNPARSED  # whatever it is, its text may hold it
    if isinstance(
        cause, PipelineStateEngineNoUpgradePathException | SchemaEngineNoUpgradePathException
    ):
        return NEWER
    if isinstance(cause, DestinationConnectionError):
        cause = cause.inner_exc
    if isinstance(cause, duckdb.IOException):
        said = f"The warehouse cannot be opened or written: {_first_line(cause)}"
        return NEWER if "database file with version" in str(cause) else said
    return f"Not permitted: {cause.filename}" if isinstance(cause, PermissionError) else None


def _exit_of(error: ExtractError) -> Exit:
    if isinstance(error, YourMove):
        return Exit.YOUR_MOVE
    return Exit.THEIR_MOVE if isinstance(error, TheirMove) else Exit.NOT_AS_AGREED


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and what it was raised from; not what was being handled meanwhile."""
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    return chain


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0]
