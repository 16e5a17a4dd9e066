"""What the documentation shows is what happens."""

import os
import re
import subprocess
import tomllib
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from api_extract.configured import EXAMPLES
from api_extract.source import check_columns
from pipelines import data_map
from pipelines.built import PROJECT
from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World
from tests.conftest import BIN, PRINTED
from tests.terminal import Terminal
from tests.trackers import APPLICATION, TRACKERS, Tracker

ROOT = Path(__file__).parent.parent
METRICS = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = {"make demo", "make test"}  # tried by .ci/run
SERVES = ("timehouse simulate", "timehouse report")  # run until stopped; tried elsewhere
WITH_AIRFLOW = ("airflow ", "ln -s ")  # tried in tests/airflow


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands() -> list[str]:
    lines = "".join(blocks("sh")).splitlines()
    return [line.split("  #")[0].strip() for line in lines if line.strip()]


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder)}


def test_the_data_map_is_what_is_declared() -> None:
    """Written by the command that stands on it."""
    assert data_map.PAGE.read_text(encoding="utf-8") == data_map.written()


def test_the_demo_prints_what_the_readme_shows(demo: Path) -> None:
    """Line by line and in order; an ellipsis stands for lines left out."""
    text = (demo / PRINTED).read_text(encoding="utf-8")
    printed = iter(line.rstrip() for line in text.splitlines())

    (shown,) = blocks("text")
    for line in shown.splitlines()[1:]:
        if line not in ("", "..."):
            assert line in printed, f"not printed, or not in this order: {line}"


@pytest.mark.timeout(400)  # several builds of the models
def test_every_command_of_the_readme_runs(tmp_path: Path) -> None:
    """Against the simulated company, the crontab's first, each ends with 0."""
    app = ClockodoApp(World(1, 0.1))
    crontab = [line.split("&& ")[1] for line in "".join(blocks("crontab")).splitlines()]
    elsewhere = (*SERVES, *WITH_AIRFLOW)
    tried = [c for c in commands() if c not in SETUP and not c.startswith(elsewhere)]
    assert len(tried) >= 5
    assert len(crontab) == 1
    with serve(app) as url:
        configured = {
            "SOURCES__CLOCKODO__API_USER": app.user,
            "SOURCES__CLOCKODO__API_KEY": app.key,
            "SOURCES__CLOCKODO__EXTERNAL_APPLICATION": APPLICATION,
            "SOURCES__CLOCKODO__BASE_URL": url,
            "TIMEHOUSE_AS_OF": app.world.now.isoformat(),
        }
        (tmp_path / ".venv").symlink_to(BIN.parent)
        for command in [*crontab, *tried]:
            ran = subprocess.run(
                command,
                check=False,
                shell=True,
                cwd=tmp_path,
                env=environment(tmp_path) | configured,
                capture_output=True,
                text=True,
                timeout=110,
            )
            assert ran.returncode == 0, f"{command}\n{ran.stderr}"


def test_the_list_of_tables_is_written_from_the_declarations(tracker: Tracker) -> None:
    """`python -m clockodo_source.describe`, or the other, has been run since the last change."""
    describe = import_module(f"{tracker.name}_source.describe")
    assert tracker.page == describe.PAGE
    assert tracker.page.read_text(encoding="utf-8") == describe.written()
    counts = " and ".join(str(len(each.tables)) for each in TRACKERS.values())
    assert f"{counts} tables" in README


def test_the_examples_of_settings_can_be_taken_as_they_are(tracker: Tracker) -> None:
    """Each setting is shown; what is commented out is its default, or an example that holds."""
    config, secrets = (
        shown((ROOT / ".dlt" / name).read_text(encoding="utf-8"))["sources"][tracker.name]
        for name in ("config.toml", "secrets.toml.example")
    )
    declared = {field.name: field for field in fields(tracker.source.Settings)}
    credentials = set(tracker.source.settings.CREDENTIALS)
    assert set(config) == declared.keys() - credentials
    assert set(secrets) == credentials

    secrets.pop("addon_token", None)  # there is one of the two
    assert {*EXAMPLES} & {*secrets.values()}, "which are not asked with"
    settings = tracker.source.resolve(**secrets, **config)

    check_columns(settings, {resource.name: resource for resource in tracker.resources})
    defaults = {name: declared[name].default for name in config}
    stated = {n: v for n, v in defaults.items() if v not in (None, (), MISSING) or v is False}
    assert len(stated) > 3
    assert {name: getattr(settings, name) for name in stated} == stated


def shown(text: str) -> dict[str, Any]:
    """Read a file of settings with what is commented out, but for the second account."""
    first = text.partition("# A second account")[0]
    return tomllib.loads(re.sub(r"^# (?=\w+ = )", "", first, flags=re.MULTILINE))


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link of a page is a file of the project."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_steps_of_adding_something_lead_to_files() -> None:
    """Each path that the walk-through names is there."""
    text = (ROOT / "docs/adding.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w*]+/[\w/.*]+)`", text))
    assert len(named) > 10
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


def test_what_runs_have_told_can_be_asked_for(terminal: Terminal) -> None:
    """The query that is to be copied names what is there."""
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
    terminal("sync", "--no-models", "--resources", "entries")
    newest = terminal.account.rows(query)[0]
    assert newest["exit"] == 0
    assert int(newest["requests"]) > 0
    assert int(newest["entries_updated"]) >= 0


def test_what_shows_a_guarantee_is_there() -> None:
    """Each test named beside a promise exists."""
    named = set(
        re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs/guarantees.md").read_text("utf-8"))
    )
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_metric_is_explained_with_examples_that_are_tried() -> None:
    """Each share of a report is in docs/metrics.md, and each unit test it names exists."""
    models_of = "".join(path.read_text("utf-8") for path in sorted(PROJECT.rglob("*.yml")))
    shares = set(re.findall(r"- name: (\w+_percent|effective_rate_of_\w+)", models_of))
    named = set(re.findall(r"`(\w+)`", METRICS))
    assert shares <= named
    units = set(re.findall(r"- name: (\w+)\n    model:", models_of))
    in_brackets = re.findall(r"\((?:`\w+`,?\s*)+\)", METRICS)
    examples = {name for names in in_brackets for name in re.findall(r"`(\w+_\w+_\w+)`", names)}
    examples -= {"unbilled_0_to_30", "unbilled_31_to_60", "unbilled_61_to_90", "unbilled_over_90"}
    assert len(examples) >= 8
    assert examples <= units
