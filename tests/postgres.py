"""A PostgreSQL server of the tests' own, on loopback, gone when they are done."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HOW_TO_GET = "PostgreSQL is not installed: apt-get install postgresql"


def binaries() -> Path | None:
    """Return the folder of the server's programs, the newest if there are several."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


@contextmanager
def server() -> Iterator[str]:
    """Start a server on a free port, with its data in a folder of its own; yield its URL."""
    programs = binaries()
    assert programs is not None, HOW_TO_GET
    # Not in pytest's folder, which another run of pytest may close to everybody but root.
    with TemporaryDirectory(prefix="timehouse-", ignore_cleanup_errors=True) as folder:
        data, (port,) = Path(folder, "data"), free_ports(1)
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
        _run(programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        )
        _run(programs / "pg_ctl", "-D", data, "-o", options, "-w", "-l", data / "log", "start")
        try:
            yield f"postgresql://postgres:trusted@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    owner = "postgres" if os.geteuid() == 0 else None
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/", user=owner, group=owner)


def free_ports(count: int) -> list[int]:
    """Return so many ports that nobody listens on."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]
