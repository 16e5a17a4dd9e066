"""A command measured from the outside: wall, CPU and memory of all its processes."""

import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

OFTEN = 0.05  # seconds between two looks at the memory
ROOT = Path(__file__).parent.parent
TIMEHOUSE = (sys.executable, "-m", "benchmarks.unlimited")


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and of CPU, and the most bytes that were resident at once."""

    wall: float
    cpu: float
    peak: int


def cost(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Run a command to its end, and return what it took.

    What it prints goes nowhere. Raises RuntimeError with what it complains of where it fails.
    """
    told = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "",  # compiled once, as where it is installed
        "PYTHONPATH": str(ROOT),
        "DLT_DATA_DIR": str(folder),
        **environment,
    }
    started = time.perf_counter()
    with (folder / "said").open("w+b") as said:
        nowhere = subprocess.DEVNULL
        child = subprocess.Popen(command, cwd=folder, env=told, stdout=nowhere, stderr=said)  # noqa: S603 - our words
        root, peak = psutil.Process(child.pid), 0
        while (ended := os.wait4(child.pid, os.WNOHANG))[0] == 0:
            peak = max(peak, _resident(root))
            time.sleep(OFTEN)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(ended[1])
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)}\n{said.read().decode()}")
    used = ended[2]
    return Cost(wall, used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss * 1024))


def _resident(root: psutil.Process) -> int:
    total = 0
    with suppress(psutil.NoSuchProcess):
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
    return total


def machine() -> str:
    """Name what all figures depend on."""
    info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    model = named[1] if named else platform.machine()
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}"
