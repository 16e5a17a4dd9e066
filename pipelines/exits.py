"""Exit codes, and which error ends in which."""

from enum import IntEnum

import duckdb
from dlt.common.configuration.exceptions import ConfigFieldMissingException
from dlt.common.destination.exceptions import DestinationException
from dlt.destinations.exceptions import (
    DatabaseException,
    DatabaseTransientException,
    DestinationConnectionError,
)
from filelock import Timeout

from api_extract.errors import ExtractError, TheirMove, YourMove


class Exit(IntEnum):
    """What a scheduler can act on."""

    DONE = 0
    BUG = 1
    YOUR_MOVE = 2
    THEIR_MOVE = 3
    NOT_AS_AGREED = 4
    LOOK = 5
    BUSY = 6


def explained(error: BaseException) -> tuple[Exit, str] | None:
    """Return the exit code and message of an expected error, None for a bug of ours.

    dlt and its destinations wrap what went wrong, so the causes are looked through.
    """
    for cause in _causes(error):
        if isinstance(cause, ExtractError):
            return _exit_of(cause), str(cause)
        if isinstance(cause, Timeout) or "Could not set lock on file" in str(cause):
            return Exit.BUSY, "Another run holds the warehouse. Try again when it has finished."
        if said := _refused_here(cause):
            return Exit.YOUR_MOVE, said
    for cause in _causes(error):
        if isinstance(cause, DatabaseTransientException):
            return Exit.THEIR_MOVE, f"The warehouse did not answer: {_first_line(cause)}"
        if isinstance(cause, DestinationException | DatabaseException):
            return Exit.YOUR_MOVE, f"The warehouse refused: {_first_line(cause)}"
    return None


def _refused_here(cause: BaseException) -> str | None:
    if isinstance(cause, ConfigFieldMissingException):
        return f"The destination is not configured: {', '.join(cause.fields)} missing."
    if isinstance(cause, duckdb.IOException | DestinationConnectionError):
        return f"The warehouse cannot be opened: {_first_line(cause)}"
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
