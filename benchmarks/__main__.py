"""All benchmarks, or one part of them; all are written to benchmarks/RESULTS.md."""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path

from benchmarks import clockify, floors, growth, latency, models, scale, throughput
from benchmarks.outside import machine

PAGE = Path(__file__).with_name("RESULTS.md")
SHOWN = ("dlt", "duckdb", "pyarrow", "msgspec", "dbt-core", "dbt-duckdb")
MILLION = 1_000_000
Part = Callable[[], Iterator[str]]


def parts(entries: int, years: float) -> dict[str, tuple[str, Part]]:
    """Return each part with its heading; `entries` for the largest load that is tried often."""
    few = entries // 5
    sizes = (entries // 10, entries, entries * 10)
    return {
        "throughput": (
            "Throughput: page bytes to committed rows",
            partial(throughput.run, entries, few),
        ),
        "growth": ("Growth and memory", partial(growth.run, sizes, entries)),
        "latency": ("Latency", partial(latency.run, entries)),
        "floors": ("Floors", partial(floors.run, few // 10)),
        "scale": ("Requests", partial(scale.run, years)),
        "clockify": ("Clockify", partial(clockify.run, years)),
        "models": ("Models", partial(models.run, years)),
    }


def main() -> None:
    """Print what is found as it is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=parts(MILLION, 1.0))
    parser.add_argument("--entries", type=int, default=MILLION)
    parser.add_argument("--years", type=float, default=2.0)
    given = parser.parse_args()
    known = parts(given.entries, given.years)
    chosen = known if given.part is None else {given.part: known[given.part]}
    made = f"make bench ENTRIES={given.entries} YEARS={given.years:g}"
    page = ["# Results", "", f"Made by `{made}`; ratios of one run count, seconds do not.", ""]
    page += [f"{machine()}, {', '.join(f'{name} {version(name)}' for name in SHOWN)}.", ""]
    print(*page, sep="\n")  # noqa: T201 - the output itself
    for heading, part in chosen.values():
        for line in (f"## {heading}", "", *part()):
            print(line, flush=True)  # noqa: T201 - the output itself
            page.append(line)
    if given.part is None:
        PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
