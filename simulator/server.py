"""Serves an app on this machine only."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"
PREFIX = "/api"
# How base URLs go on: one vendor counts its version among them, and has reports elsewhere.
BASE = re.compile(r"^(?:/api)?(?:(?:/report)?/v1(?=/))?")
# Seconds that a hanging caller may delay the end.
PATIENCE = 1


def config(app: ASGIApp) -> uvicorn.Config:
    """Configure a quiet server that waits for nobody at the end."""
    return uvicorn.Config(
        app,
        host=HOST,
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,  # the company has a clock of its own
        timeout_graceful_shutdown=PATIENCE,
    )


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve in the background and yield the base URL; port 0 takes any that is free."""
    with closing(listener(port)) as listening:
        server = uvicorn.Server(config(app))
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{listening.getsockname()[1]}{PREFIX}"
        finally:
            server.should_exit = True
            thread.join()


def run(app: ASGIApp, port: int) -> None:
    """Serve until interrupted."""
    with closing(listener(port)) as listening:
        uvicorn.Server(config(app)).run([listening])


def below(path: str) -> str:
    """Give a path without the base URL it hangs below."""
    return BASE.sub("", path)


def listener(port: int) -> socket.socket:
    """Take the port before the server starts: callers queue instead of being refused."""
    # Named as TCP, or asyncio leaves Nagle on and each kept connection waits 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening
