"""A PostgreSQL server of the tests' own, on loopback, gone when they are done."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOW_TO_GET = "PostgreSQL is not installed: apt-get install postgresql"


def binaries() -> Path | None:
    """Return the folder of the server's programs, the newest if there are several."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start a server on a free port with its data in `folder`; yield its URL."""
    programs = binaries()
    assert programs is not None, HOW_TO_GET
    data, port = folder / "data", _free_port()
    data.mkdir()
    if os.geteuid() == 0:  # the server refuses to run as root
        _reachable(folder)
        shutil.chown(data, "postgres")
    _run(programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    _run(programs / "pg_ctl", "-D", data, "-o", options, "-w", "-l", data / "log", "start")
    try:
        yield f"postgresql://postgres:trusted@127.0.0.1:{port}/postgres"
    finally:
        _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


def _reachable(folder: Path) -> None:
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
