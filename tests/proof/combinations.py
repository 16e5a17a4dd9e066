"""Each fault with each right, by readings of the documentation that change; and their table."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from pipelines.exits import Exit
from tests.edited import Edited
from tests.matrices import MATRICES
from tests.matrix import ALL_FAULTS, Case, Matrix, cases, run
from tests.proof.page import put

Came = tuple[Case, Exit | None, list[str]]


def combine(page: Path, say: Callable[[str], None]) -> bool:
    """Try all cases, say and write down what came of them; True: all held."""
    listed = [case for matrix in MATRICES.values() for case in cases(matrix, 2)]
    found = list(_tried(listed, say))
    put(page, "combinations", "\n".join(_table(matrix, found) for matrix in MATRICES.values()))
    return not any(problems for _, _, problems in found)


def _tried(listed: list[Case], say: Callable[[str], None]) -> Iterator[Came]:
    with ProcessPoolExecutor() as pool:
        for number, came in enumerate(pool.map(_try, listed), start=1):
            case, ended, problems = came
            if problems:
                say(f"{case}: {ended!r}\n  " + "\n  ".join(problems))
            if number % 20 == 0:
                say(f"{number} of {len(listed)}")
            yield came


@cache
def _edited(name: str) -> Edited:
    """Return the company of this process, as a tracker tells it."""
    matrix = MATRICES[name]
    return Edited(Path(tempfile.mkdtemp()), *matrix.asked, tracker=matrix.tracker)


def _try(case: Case) -> Came:
    with tempfile.TemporaryDirectory() as folder:
        return case, *run(case, _edited(case.matrix.tracker.name), Path(folder))


def _table(matrix: Matrix, found: Iterable[Came]) -> str:
    """Write how often a sync of one tracker ended how, by fault and right."""
    ends: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case, ended, problems in (came for came in found if came[0].matrix is matrix):
        code = "?" if ended is None else str(int(ended))
        ends[case.fault, case.right][f"{code} **wrong**" if problems else code] += 1
    lines = [f"| met | {' | '.join(matrix.rights)} |", f"|---|{'---|' * len(matrix.rights)}"]
    for fault in ALL_FAULTS:
        cells = [
            ", ".join(f"{n} x {code}" for code, n in sorted(ends[fault, right].items()))
            for right in matrix.rights
        ]
        lines.append(f"| {fault} | {' | '.join(cells)} |")
    total = sum(sum(counted.values()) for counted in ends.values())
    return f"{matrix.tracker.name.title()}: {total} combinations.\n\n" + "\n".join(lines) + "\n"
