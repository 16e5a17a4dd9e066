import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = {"clockodo_source", "clockify_source"}
MAY_IMPORT: dict[str, set[str]] = {
    "api_extract": set(),
    "clockodo_source": {"api_extract"},
    "clockify_source": {"api_extract"},
    "simulator": set(),
    "pipelines": {"api_extract", "simulator", *SOURCES},
    "benchmarks": {"api_extract", "simulator", *SOURCES},
    "notebooks": set(),
}
VENDORS = ("clockodo", "clockify")
KNOW_NO_VENDOR = ("api_extract", "sql/models/marts", "sql/models/reports", "notebooks")


def rooms() -> set[str]:
    """Return the folders that hold Python, found by looking."""
    return {p.parent.name for p in ROOT.glob("[!.]*/*.py")} - {"tests"}


def imported(file: Path) -> Iterator[str]:
    """Yield the first part of every module named by an import, be it inside a function."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            named = [a.value for a in node.args if isinstance(a, ast.Constant)]
            yield from (str(name).partition(".")[0] for name in named)


def test_every_room_has_its_rule() -> None:
    """A new folder of code says here whom it may know; one that went is not allowed for."""
    assert rooms() <= set(MAY_IMPORT)
    assert {"api_extract", "clockodo_source", "simulator", "pipelines"} <= rooms()


@pytest.mark.parametrize("room", sorted(rooms()))
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    """Shared code never calls a vendor, no vendor another, and nobody the command line."""
    allowed = {room, *MAY_IMPORT[room]}
    files = list((ROOT / room).rglob("*.py"))
    found = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in imported(file)
        if name in {*MAY_IMPORT, "tests"} - allowed
    }

    assert files
    assert found == set()


def test_imports_are_seen_in_every_form(tmp_path: Path) -> None:
    """The rule above is as good as its eye for imports."""
    file = tmp_path / "module.py"
    file.write_text(
        "import a.b as c, d\nfrom e.f import g\n"
        "def h():\n    import i\n    from j import k\n"
        "if x:\n    importlib.import_module('l.m')\n    __import__('n')\n"
    )

    assert set(imported(file)) == {"a", "d", "e", "i", "j", "l", "n"}


@pytest.mark.parametrize("room", KNOW_NO_VENDOR)
def test_a_room_that_knows_no_vendor_names_none(room: str) -> None:
    """Not even in a comment: what is true of one system only belongs elsewhere."""
    files = [p for p in (ROOT / room).rglob("*") if p.suffix in {".py", ".sql", ".ipynb"}]
    naming = [p.name for p in files if any(v in p.read_text().lower() for v in VENDORS)]

    assert naming == []
