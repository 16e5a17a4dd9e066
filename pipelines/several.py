"""All accounts of one configuration, one after the other, whatever becomes of each."""

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import dlt
from dlt.common.configuration.exceptions import ConfigurationException

from api_extract.errors import YourMove
from pipelines.alert import alerting
from pipelines.built import accounts, datasets_built, is_built, noted
from pipelines.exits import Exit, explained
from pipelines.ledger import Ledger
from pipelines.models import Built, build_models
from pipelines.options import Call
from pipelines.output import show_models
from pipelines.place import LABEL, Place
from pipelines.systems import SYSTEMS

LISTED = "timehouse.accounts"  # of dlt's configuration; in the environment TIMEHOUSE__ACCOUNTS
EXAMPLE = 'accounts = ["clockodo/main", "clockodo/berlin"] under [timehouse] in .dlt/config.toml'
ONE = re.compile(rf"({'|'.join(SYSTEMS)})/({LABEL.pattern})")
# The one that needs somebody most decides how all have ended.
WORST = (
    *(Exit.BUG, Exit.YOUR_MOVE, Exit.NOT_AS_AGREED, Exit.BUSY),
    *(Exit.THEIR_MOVE, Exit.LOOK, Exit.DONE),
)
WITH_A_ROW = {Exit.DONE, Exit.LOOK}  # in run_reports, for sure


def run(call: Call, one: Callable[[Place], Exit], *, models: bool = False) -> Exit:
    """Run something for each account, then build the models; return how the worst has ended.

    What goes wrong with one is told, and the next has its turn. Raises YourMove where no accounts
    are listed, or the list cannot be read.
    """
    with alerting("of all accounts"):
        places = _listed(call)
    with call.show.together():
        codes = {}
        for place in places:
            with call.show.section(f"{place.system}/{place.account}"):
                codes[place] = _ended(call, partial(one, place))
        ends = [*codes.values()]
        if models:
            with call.show.section("models"):
                ends.append(_ended(call, partial(_build, call, codes)))
    return min(ends, key=WORST.index)


def _ended(call: Call, what: Callable[[], Exit]) -> Exit:
    try:
        return what()
    except Exception as error:  # noqa: BLE001 - the other accounts have done nothing wrong
        code, message = explained(error) or (Exit.BUG, type(error).__name__)
        if code == Exit.BUG:
            traceback.print_exception(error)
        call.show.data({"exit": int(code), "failure": message})
        sys.stderr.write(f"{message}\n")
        return code


def _build(call: Call, codes: Mapping[Place, Exit]) -> Exit:
    """Build the models of all that is loaded, if something has changed since they were built.

    Not while a load of any account is unfinished, as half of it may be there; nor while one is read
    for the first time, and was not read to its end.
    """
    place = next(iter(codes))
    with alerting("models of all accounts") as end:
        with place.locked():
            made = _made(call, place, codes)
        if made is None:
            return Exit.DONE
        call.show.data(asdict(made))
        return end(show_models(call.show, made), made.failed)


def _made(call: Call, place: Place, codes: Mapping[Place, Exit]) -> Built | None:
    loaded, built = accounts(place), datasets_built(place)
    half = [each for each in loaded if each.pipeline().has_pending_data]
    stopped = [each for each, code in codes.items() if code == Exit.THEIR_MOVE]
    half += [each for each in stopped if each in loaded and each.dataset not in built]
    if half:
        call.show.text(f"They are left as they were: {half[0].label} is not read to its end.")
    if half or not loaded or is_built(place, call.as_of):
        return None
    ended = [Ledger(each.pipeline(), each) for each in codes if codes[each] in WITH_A_ROW]
    with noted(ended) as told:
        made = build_models(place, call.as_of)
        told.update({"models": asdict(made)} | ({"exit": int(Exit.LOOK)} if made.failed else {}))
    return made


def _listed(call: Call) -> list[Place]:
    if call.chosen:
        raise YourMove("--account chooses one; `all` are those that are listed.")
    try:
        given: Any = dlt.config.get(LISTED, list)
    except ConfigurationException:
        raise YourMove(f"{LISTED} is no list: {EXAMPLE}.") from None
    if not given:
        raise YourMove(f"No accounts are listed: {EXAMPLE}.")
    found = [ONE.fullmatch(str(name)) for name in given]
    wrong = [str(name) for name, match in zip(given, found, strict=True) if not match]
    if wrong or len({*map(str, given)}) < len(given):
        raise YourMove(f"Accounts are listed once each, such as: {EXAMPLE}. Not {wrong or given}.")
    return [call.place(match[1], account=match[2]) for match in found if match]
