"""What `pytest` is told by options: which tests run, and whether any may be left out."""

from collections.abc import Generator
from pathlib import Path
from zlib import crc32

import pytest

from tests.trackers import TRACKERS


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what is not part of the project, and whether tests may be left out."""
    parser.addoption("--clockodo-openapi", type=Path, help="the vendor's schema of GET answers")
    parser.addoption("--none-left-out", action="store_true", help="fail where a test is left out")
    parser.addoption("--all", action="store_true", help="also what is long, and by both trackers")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Unless all are wanted, leave out what is long, and of what holds for each tracker one.

    Half of those promises are tried with the first, half with the second.
    """
    if config.getoption("--all"):
        return
    left = {item for item in items if item.get_closest_marker("long") or _is_of_the_other(item)}
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


def _is_of_the_other(item: pytest.Item) -> bool:
    names = list(TRACKERS)
    name = getattr(item, "originalname", item.name)
    drawn = getattr(getattr(item, "callspec", None), "params", {}).get("tracker")
    return drawn in names and drawn != names[crc32(name.encode()) % len(names)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test that is left out fail, where none may be."""
    report = yield
    if report.skipped and item.config.getoption("--none-left-out"):
        report.outcome = "failed"
        report.longrepr = f"left out: {report.longrepr}"
    return report
