"""`timehouse report`: the report app, in the browser, on a copy of the marts.

The copy is that of the last build; while a run holds the warehouse, the copy there is is shown.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from contextlib import closing
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import IO, cast

from filelock import Timeout

from api_extract.errors import YourMove
from pipelines.place import Place, private
from pipelines.publish import COPY, refresh
from pipelines.show import Show

HOST = "127.0.0.1"
APP = Path(__file__).parent.parent / "notebooks" / "report.py"
COPIES = "published"
NEEDED = ("altair", "babel", "marimo")
PATIENCE = 60  # seconds for the server to start
GRACE = 5  # seconds for it to end


def report(place: Place, port: int | None, show: Show, *, browser: bool = True) -> None:
    """Serve the app on loopback until it is stopped, for whoever has the token.

    Raises YourMove where the app's libraries are missing, or the port is taken; RuntimeError where
    the app does not start, or ends by itself.
    """
    if not all(find_spec(name) for name in NEEDED):
        raise YourMove(
            "The report app needs more libraries: `pip install '.[notebooks]'` in the project's"
            " folder, or `make report`."
        )
    port = _free(port)
    # A path of its own: cookies know no ports, so this machine's other servers could use the token.
    token, path = secrets.token_urlsafe(24), f"/{secrets.token_urlsafe(12)}"
    url = f"http://{HOST}:{port}{path}/?access_token={token}"
    for end in (signal.SIGTERM, signal.SIGHUP):  # or the server would be left
        signal.signal(end, signal.default_int_handler)
    server = _start(place.folder / COPIES / COPY, port, path, token)
    try:
        copy_of(place, show)  # while the server starts
        _wait(server, port)
        show.data({"url": url})
        show.text(f"The report is at {url}")
        show.text("Ctrl-C ends it.")
        sys.stdout.flush()  # also where a program reads along
        if browser:
            _open(place.folder / "report.html", url)
        server.wait()
    except KeyboardInterrupt:
        show.text("Ended.")
        return
    finally:
        _end(server)
        (place.folder / "report.html").unlink(missing_ok=True)
    raise RuntimeError("The report app has ended by itself.")


def copy_of(place: Place, show: Show) -> Path:
    """Return the copy of the last build, or the one there is while a run holds the warehouse."""
    folder = place.folder / COPIES
    try:
        refresh(place, folder)
    except Timeout:
        if not (folder / COPY).exists():
            raise
        show.text("Another run holds the warehouse. This is the copy made last.")
    return folder / COPY


def _free(port: int | None) -> int:
    """Return the port, or any that is free."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port or 0))
        except OSError as error:
            raise YourMove(f"--port {port}: {error.strerror}. Choose another.") from None
        return int(probe.getsockname()[1])


def _start(copy: Path, port: int, path: str, token: str) -> subprocess.Popen[str]:
    """Start the server, which reads what to do, and lives as long as its standard input is open."""
    words = ["--quiet", "run", str(APP), "--headless", "--host", HOST, "--port", str(port)]
    words += ["--base-url", path, "--token", "--token-password", token, "--no-check"]
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "notebooks.serve"],
        env={**os.environ, "TIMEHOUSE_COPY": str(copy), "MARIMO_SKIP_UPDATE_CHECK": "1"},
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,  # it is ended from here, also by Ctrl-C
    )
    stdin = cast(IO[str], server.stdin)
    stdin.write(json.dumps(words) + "\n")
    stdin.flush()
    return server


def _wait(server: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        with closing(socket.socket()) as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The report app did not start.")


def _open(page: Path, url: str) -> None:
    """Let the browser read where to go from a private file: its own command line shows less."""
    with private():
        page.write_text(
            f'<meta http-equiv="refresh" content="0; url={escape(url)}">', encoding="utf-8"
        )
    webbrowser.open(page.as_uri())


def _end(server: subprocess.Popen[str]) -> None:
    cast(IO[str], server.stdin).close()
    server.terminate()
    try:
        server.wait(GRACE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
