"""All accounts of one configuration, one after the other, whatever becomes of each."""

import re
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any

import dlt

from api_extract.errors import YourMove
from pipelines.exits import Exit, explained
from pipelines.models import Built, accounts, build_models, is_built
from pipelines.options import Call
from pipelines.place import LABEL, Place
from pipelines.systems import SYSTEMS

LISTED = "timehouse.accounts"  # of dlt's configuration; in the environment TIMEHOUSE__ACCOUNTS
EXAMPLE = 'accounts = ["clockodo/main", "clockodo/berlin"] under [timehouse] in .dlt/config.toml'
ONE = re.compile(rf"({'|'.join(SYSTEMS)})/({LABEL.pattern})")
DONE = Exit.DONE
# The one that needs somebody most decides how all have ended.
WORST = (
    *(Exit.BUG, Exit.YOUR_MOVE, Exit.NOT_AS_AGREED, Exit.BUSY),
    *(Exit.THEIR_MOVE, Exit.LOOK, Exit.DONE),
)


def each(call: Call, run: Callable[[Place], Exit]) -> list[Exit]:
    """Run something for each account; what goes wrong with one is told, and the next has its turn.

    Raises YourMove where none are listed, or the list cannot be read.
    """
    codes = []
    for place in _listed(call):
        with call.show.section(f"{place.system}/{place.account}"):
            try:
                codes.append(run(place))
            except Exception as error:  # noqa: BLE001 - the other accounts have done nothing wrong
                codes.append(_told(call, error))
    return codes


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the code of all: that of the one that needs somebody most."""
    return min(codes, key=WORST.index)


def models(call: Call) -> Built | None:
    """Build the models of all that is loaded, if something has changed since they were built.

    Not while a load of any account is unfinished, as half of it may be there.
    """
    place = _listed(call)[0]
    with place.locked():
        loaded = accounts(place)
        unfinished = any(each.pipeline().has_pending_data for each in loaded)
        if not loaded or unfinished or is_built(place, call.as_of):
            return None
        return build_models(place, call.as_of)


def _listed(call: Call) -> list[Place]:
    if call.chosen:
        raise YourMove("--account chooses one; `all` are those that are listed.")
    given: Any = dlt.config.get(LISTED, list)
    if not given:
        raise YourMove(f"No accounts are listed: {EXAMPLE}.")
    found = [ONE.fullmatch(str(name)) for name in given]
    wrong = [str(name) for name, match in zip(given, found, strict=True) if not match]
    if wrong or len({*map(str, given)}) < len(given):
        raise YourMove(f"Accounts are listed once each, such as: {EXAMPLE}. Not {wrong or given}.")
    return [call.place(match[1], account=match[2]) for match in found if match]


def _told(call: Call, error: Exception) -> Exit:
    code, message = explained(error) or (Exit.BUG, type(error).__name__)
    if code == Exit.BUG:
        traceback.print_exception(error)
    call.show.data({"exit": int(code), "failure": message})
    sys.stderr.write(f"{message}\n")
    return code
