# ruff: noqa: E501 - a mutant a line
"""Ways to break the extractor, each of which the tests must notice.

A mutant is one piece of text in one file, put in the place of another; beside it stand the tests
that should fail; `make test` tells that they pass where nothing is broken. They run in a copy of
the project, the first failure ends them.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

from tests.proof.page import put

ROOT = Path(__file__).parents[2]
LONGEST = 400  # seconds; tests that a mutant keeps from ending have noticed it


@dataclass(frozen=True)
class Mutant:
    """What is broken, where, how, and which tests should tell."""

    name: str
    file: str
    old: str
    new: str
    tests: str


def _of(file: str, *rows: tuple[str, str, str, str]) -> list[Mutant]:
    return [Mutant(name, file, old, new, tests) for name, old, new, tests in rows]


MUTANTS = [
    *_of(
        "api_extract/limits.py",
        ("ask as fast as it goes", "return found[0] + limit.seconds * SLACK if found else 0.0", "return 0.0", "limits"),
        ("one request too many in a window", '"count": limit.count - 1', '"count": limit.count', "limits"),
        ("count for each run alone", "            self._open(path)\n        except", "            self._open(None)\n        except", "limits drills"),
        ("wait for a day", "if any(at - now > limit.patience for at, limit in free):", "if any(at - now > 10 * DAY for at, _ in free):", "limits later"),
        ("count what is refused", "                raise Later(\n", '                sent.execute("INSERT INTO sent VALUES (?, ?)", (now, kind))\n                sent.commit()\n                raise Later(\n', "limits later"),
    ),
    *_of(
        "api_extract/session.py",
        ("retry a 401", "    HTTPStatus.TOO_MANY_REQUESTS,\n    HTTPStatus.INTERNAL", "    HTTPStatus.UNAUTHORIZED,\n    HTTPStatus.TOO_MANY_REQUESTS,\n    HTTPStatus.INTERNAL", "session"),
        ("take a 403 for a 404", "HTTPStatus.FORBIDDEN: (Forbidden,", "HTTPStatus.FORBIDDEN: (Gone,", "session"),
        ("retry a 410", "HTTPStatus.GATEWAY_TIMEOUT,\n}", "HTTPStatus.GATEWAY_TIMEOUT,\n    HTTPStatus.GONE,\n}", "session"),
        ("give a 503 up at once", "    HTTPStatus.SERVICE_UNAVAILABLE,\n", "", "session"),
        ("follow redirects", "allow_redirects=False", "allow_redirects=True", "session told"),
        ("give half a body up", 'raise Passing(f"{request.name}: the body is not whole JSON")', 'raise NotAsAgreed(f"{request.name}: the body is not whole JSON")', "session"),
        ("do not wait as long as asked", "return max(wish or 0.0, float(self._backoff(state)))", "return float(self._backoff(state))", "session"),
        ("never try again", "ATTEMPTS = 6", "ATTEMPTS = 1", "session"),
        ("no patience with 429", "ATTEMPTS_LIMITED = 8", "ATTEMPTS_LIMITED = 5", "session"),
        ("tell the address of a failure", 'raise passing(f"{request.name}: {_met(error, base)}") from None', 'raise passing(f"{request.name}: {error}") from error', "session"),
    ),
    *_of(
        "api_extract/pages.py",
        ("hand pages on as they come", "flying.popleft()", "flying.pop()", "pages"),
        ("lose the last page", "if not flying:", "if len(flying) < 2:", "pages"),
    ),
    *_of(
        "api_extract/columns.py",
        ("take bytes for text", "except (msgspec.DecodeError, UnicodeDecodeError) as error:", "except msgspec.DecodeError as error:", "columns"),
        ("drop what nobody documented", "[_json(extra) if extra else None for extra in extras]", "[None for extra in extras]", "columns"),
        ("forget which keys a row lacks", "            if column.right or column.sparse:\n", "            if False:\n", "clockodo_rights dataset"),
        ("take -1 for a value", "hides = column.hidden is not None and column.hidden in values", "hides = False", "clockodo_rights dataset columns"),
        ("digest without telling null from nothing", "columns += [pc.is_valid(column), pc.fill_null(column, blank)]", "columns += [pc.fill_null(column, blank)]", "columns"),
        ("digest that hangs on order", '.sort_by([(name, "ascending") for name in key])', "", "columns"),
        ("keep rows without a key", "if table[name].null_count:", "if False:", "columns"),
    ),
    *_of(
        "pipelines/duck.py",
        ("keep what was staged twice", "[*first, again, insert]", "[*first, insert]", "replace crashes"),
    ),
    *_of(
        "api_extract/difference.py",
        ("let a null overwrite what is hidden", "    if new[ABSENT.name].null_count == new.num_rows or not old.num_rows:\n", "    if True:\n", "difference clockodo_rights"),
        ("keep what was really removed", "case when list_contains(n._absent, '{name}')", "case when true", "difference"),
        ("see no change to or from null", 'o."{name}" is distinct from n."{name}"', 'o."{name}" <> n."{name}"', "difference crashes"),
    ),
    *_of(
        "api_extract/flat.py",
        ("drop what Arrow does not know", 'unexpected_field_behavior="error"', 'unexpected_field_behavior="ignore"', "flat"),
        ("take what is hidden for nothing", "sum(_counts(key, pages)) == len(array)", "True", "flat"),
    ),
    *_of(
        "api_extract/replace.py",
        ("leave a row where it came from", 'IN (SELECT {table.roams} FROM {{staging_table}}"', 'IN (SELECT {table.roams} FROM {{staging_table}} WHERE 1 = 0"', "replace load"),
        ("skip the tombstones", "for key in gone]\n", "for key in ()]\n", "replace load"),
        ("delete a moment too much", 'f"{row}.{table.window} < w.{UNTIL}"', 'f"{row}.{table.window} <= w.{UNTIL}"', "replace"),
        (
            "never empty a window",
            "    markers = [_marker(table, w) for w in windows]\n",
            "    markers = [_marker(table, w) for w in windows if rows.num_rows]\n",
            "replace",
        ),
        ("leave the markers in the table", '"hard_delete": True', '"hard_delete": False', "replace"),
        ("replace another person's window", 'within += [f"{row}.{table.per} = w.{OF}"]', "pass", "replace"),
    ),
    *_of(
        "api_extract/windows.py",
        ("join windows over a hole", "last[-1].until == window.since and", "", "windows"),
        ("midnight of Greenwich", "datetime.combine(day, time.min, zone)", "datetime.combine(day, time.min, UTC)", "windows"),
    ),
    *_of(
        "clockodo_source/api.py",
        ("drop the last page", "range(2, first.count_pages + 1)", "range(2, first.count_pages)", "load"),
        ("never ask for page 2", "range(2, first.count_pages + 1)", "range(2, 2)", "load"),
        ("take no rows for an empty list", "        if rows is None:\n", "        if False:\n", "readings"),
    ),
    *_of(
        "api_extract/reading.py",
        ("ignore that counts contradict each other", "if repeated or first.count_items not in {None, total}:", "if repeated:", "shifts"),
        ("ignore one that goes while another comes", "return latest is not None and latest < began - SKEW", "return True", "shifts"),
        ("trust one reading of a long list", "if began is None or table.newest is None:\n        return False", "if began is None or table.newest is None:\n        return True", "shifts"),
        ("take the same page twice", "if page.number != number > 1:", "if False:", "shifts"),
    ),
    *_of(
        "api_extract/run.py",
        ("fail where a plan lacks something", "            if not resource.optional:\n", "            if True:\n", "rights dataset"),
        ("say nothing of a list newly refused", "report.newly = bool(self.remembered(resource.name))", "report.newly = False", "rights dataset"),
        ("forget what was postponed", "        for span in spans:\n            self.flag(resource, span, again=True)\n\n    def forget", "\n    def forget", "later"),
        ("leave reports of changed entries", "                    if int(span) >= year and", "                    if False and", "load memory"),
    ),
    *_of(
        "api_extract/seen.py",
        ("lose a right without a word", "if lost and not run.options.accept_narrower_rights:", "if False:", "rights dataset"),
        ("leave empty what a right hid", "run.flag(resource.name, span, again=True)", "pass", "clockodo_rights matrix"),
    ),
    *_of(
        "api_extract/spans.py",
        ("believe in any loss of rows", "return before > FEW and now * 2 < before", "return False", "rights dataset"),
        ("believe in the loss of a part", 'return " and ".join(lost)', 'return ""', "clockify_rights"),
        ("never look back", "return bool(is_open) or days.overlaps(run.recent)\n", "return bool(is_open)\n", "load"),
        ("forget what was left", "batch.run.flag(batch.name, span, again=True)", "pass", "shifts memory"),
        ("forget that people still worked on it", 'batch.facts[span.key]["open"] = run.still_open(span.days)', 'batch.facts[span.key]["open"] = False', "memory"),
        ("remember before rows are handed on", '    batch.facts[span.key] = {"hash": digest, "rows": total}', '    run.remember(batch.name, span.key, {"hash": digest, "rows": total})', "memory"),
    ),
    *_of(
        "clockify_source/lists.py",
        ("take hidden rates for none", "    if workspace.stamp.sees_money:\n        return lists\n", "    return lists\n", "clockify_rights"),
    ),
    *_of(
        "clockodo_source/lists.py",
        ("ask for a day less", '"date_until": days.until}', '"date_until": days.until - timedelta(days=1)}', "readings"),
        ("keep the days of people who are gone", "    gone = _gone(batch, people)\n", "    gone: list[str] = []\n", "memory"),
        ("begin with what was read before", "sorted(asks, key=lambda ask: not owed(batch, ask.span))", "asks", "later"),
    ),
    *_of(
        "api_extract/due.py",
        ("ignore projects that were completed", "            or window in restated\n", "", "load"),
        ("leave running clocks alone", 'known["running"] or known', "known", "memory load"),
        ("fail when requests run out", "    except Later as error:\n        changes.postpone(set", "    except ZeroDivisionError as error:\n        changes.postpone(set", "later"),
    ),
    *_of(
        "clockodo_source/kinds.py",
        ("load entries of an unknown type", "    if unknown:\n", "    if False:\n", "dataset"),
    ),
    *_of(
        "clockodo_source/entries.py",
        ("let hidden money overwrite", "rows if NAME not in self.run.reduced else withheld(rows)", "rows", "clockodo_rights"),
        ("drop the padding", "PADDING = timedelta(days=1)", "PADDING = timedelta(0)", "readings"),
        ("never split what will not settle", "if error.pages <= 1 or until - since <= SHORTEST_SPAN:", "if True:", "shifts"),
        ("fail without the enhanced list", "if NAME in self.run.reduced or self", "if True or self", "clockodo_rights"),
        ("go on without money in the middle", " or self.shape.answered:", ":", "clockodo_rights"),
    ),
    *_of(
        "api_extract/entry_rows.py",
        ("lose the first moment of a window", "pc.greater_equal(column, since)", "pc.greater(column, since)", "readings"),
        ("take the first moment of the next", "pc.less(column, until)", "pc.less_equal(column, until)", "readings load"),
    ),
    *_of(
        "api_extract/changes.py",
        ("trust the time of last change", '"".join(content_hash(t, ["id"])', '"".join(content_hash(t.select(["id", "time_last_change"]), ["id"])', "load"),
        ("log no deletion", "            self._log.add(self._logged(everything, everything.slice(0, 0), []))\n", "", "crashes"),
        ("trust what moved while it was read", "            self.run.flag(self._name, self.key(month), hash=None, again=True)", "            pass", "memory"),
        ("forget entries that left", "for entry in self._vanished()[:MOST_FOLLOWED]:", "for entry in self._vanished()[:0]:", "memory load"),
        ("let entries stand in two windows", "[] if self._first else came", "[]", "crashes"),
        ("let a window lose most of its rows", "if self.run.options.accept_shrink or not shrunken(before, one.count):", "if True:", "rights dataset"),
        ("forget months to come", '{"open": self.run.still_open(one.window)}', '{"open": False}', "memory"),
        ("let one entry stop all", "            except TheirMove:\n                break", "            except ZeroDivisionError:\n                break", "memory"),
        ("log what is the base line", "for i in all_ids(s.rows).to_pylist()]", "for i in ()]", "memory crashes load"),
    ),
    *_of(
        "api_extract/dataset.py",
        ("accept another reader", 'if (before["owner"] == now["owner"] and not lost_role) or', "if True or", "dataset rights"),
        ("accept another filter", 'if before["filter"] != now["filter"]:', "if False:", "dataset"),
        ("accept another zone", "if before[name] != now[name] and not run.everything:", "if False:", "dataset"),
    ),
    *_of(
        "pipelines/pending.py",
        ("forget the pending package", "    finished = pipeline.has_pending_data and fits and _finished(pipeline)\n", "    finished = False\n", "crashes memory"),
        ("trust a restored copy", "        _read_again(place, pipeline)\n        place", "        place", "damage"),
        ("finish what no longer fits", "fits = loaded in (extracted - 1, extracted)", "fits = True", "memory crashes"),
    ),
]  # fmt: skip


def hunt(page: Path, say: Callable[[str], None]) -> bool:
    """Try all mutants, say and write down which are noticed; True: all."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        survivors = []
        for mutant, noticed in zip(MUTANTS, pool.map(_noticed, MUTANTS), strict=True):
            say(f"{'noticed' if noticed else 'SURVIVED'}: {mutant.name} ({mutant.file})")
            survivors += [] if noticed else [mutant]
    put(page, "mutants", _told(survivors))
    return not survivors


def _told(survivors: Sequence[Mutant]) -> str:
    counts = Counter(m.file for m in MUTANTS)
    lost = Counter(m.file for m in survivors)
    rows = [f"| `{file}` | {n} | {n - lost[file]} |" for file, n in counts.items()]
    total = f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} were noticed."
    head = "| file | ways to break it | noticed |\n|---|---|---|"
    names = ["", "Not noticed: " + "; ".join(m.name for m in survivors) + "."] if survivors else []
    return "\n".join([total, "", head, *rows, *names]) + "\n"


def _noticed(mutant: Mutant) -> bool:
    """Run the tests beside a mutant in a broken copy; one that never ends has failed, too."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        copytree(ROOT, copy, ignore=ignore_patterns(".git", ".venv", "__pycache__", ".*_cache"))
        file = copy / mutant.file
        file.write_text(file.read_text("utf-8").replace(mutant.old, mutant.new), "utf-8")
        tests = [f"tests/test_{name}.py" for name in mutant.tests.split()]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "--all",
            *tests,
        ]
        try:
            ran = subprocess.run(
                command, check=False, cwd=copy, capture_output=True, timeout=LONGEST
            )
        except subprocess.TimeoutExpired:
            return True
        return ran.returncode == 1
