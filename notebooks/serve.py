"""Serves the report app for `timehouse report`, for as long as that lives.

What it is told comes by standard input: it holds secrets, and lists of processes show arguments.
When that ends, so does this process, however its parent came to its end.
"""

import json
import os
import runpy
import sys
from threading import Thread


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Import what the app needs, before the first reader comes, and let marimo serve it."""
    sys.argv = ["marimo", *json.loads(sys.stdin.readline())]
    Thread(target=_end_with_parent, daemon=True).start()
    import notebooks.hours  # noqa: PLC0415 - not before the parent is watched
    import notebooks.money  # noqa: F401, PLC0415

    runpy.run_module("marimo", run_name="__main__")


if __name__ == "__main__":
    main()
