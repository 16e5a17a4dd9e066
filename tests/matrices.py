"""What is combined for each tracker: see `matrix`."""

from typing import Any, get_args, get_type_hints

from pipelines.exits import Exit
from simulator import clockify, clockodo
from tests.matrix import Matrix
from tests.trackers import CLOCKIFY, CLOCKODO

OF_CLOCKODO = Matrix(
    CLOCKODO,
    asked=("company", "absences", "entries", "work_time_change_requests", "rates"),
    readings={
        "window": ["start", "overlap"],
        "since": ["inclusive", "exclusive"],
        "until": ["inclusive", "exclusive"],
        "order": ["ascending", "descending", "arbitrary"],
        "empty_pages": [0, 1],
        "largest_page": [5000, 100],
        "default_page": [50, 1000, 2500],
        "retry_after": ["seconds", "date", "absent"],
        "text_in_plain": [True, False],
        "change_requests": ["change_requests", "data"],
        "group_keys": ["string", "number"],
        "scalar_sort_on_subprojects": [True, False],
        "completion_touches": [True, False],
        "offset": [True, False],
    },
    switches=clockodo.Switches,
    all_rights=clockodo.Rights,
    rights={
        "all": (lambda _, __: None, Exit.DONE),
        "no enhanced list": (lambda r, _: setattr(r, "enhanced", False), Exit.YOUR_MOVE),
        "no money": (lambda r, _: setattr(r, "money", False), Exit.YOUR_MOVE),
        "no administrator": (lambda r, _: setattr(r, "owner", False), Exit.YOUR_MOVE),
        "one customer": (
            lambda r, w: setattr(r, "customers", {w.rows("customers")[-1]["id"]}),
            Exit.LOOK,
        ),
        "no rates (403)": (lambda r, _: r.forbidden.add("/v4/rates"), Exit.LOOK),
        "no absences (404)": (lambda r, _: r.missing.add("/v4/absences"), Exit.LOOK),
        "no company (410)": (lambda r, _: r.gone.add("/v2/aggregates/users/me"), Exit.LOOK),
    },
)


# How something is refused, and what running clocks look like from their first load on, have tests
# of their own.
ELSEWHERE = {"plan_refusal", "hidden_rates", "retry_after", "too_many", "feed", "report_running"}


def _open_questions() -> dict[str, list[Any]]:
    """Return every reading of everything that the simulator may take in several ways."""
    answers = get_type_hints(clockify.Switches)
    return {name: list(get_args(answers[name])) for name in answers if name not in ELSEWHERE}


OF_CLOCKIFY = Matrix(
    CLOCKIFY,
    asked=("users", "time_entries", "projects", "time_off_requests", "expenses"),
    readings=_open_questions(),
    switches=clockify.Switches,
    all_rights=clockify.Rights,
    rights={"all": (lambda _, __: None, Exit.DONE)},
    others=frozenset({"400", "410"}),  # the report is given up, and lists are read instead
)
MATRICES = {matrix.tracker.name: matrix for matrix in (OF_CLOCKODO, OF_CLOCKIFY)}
