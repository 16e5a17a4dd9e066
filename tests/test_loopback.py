"""What is served here is served to this machine only."""

import signal
import socket
import subprocess
import time
from contextlib import closing

from simulator.server import HOST, listener, serve
from simulator.world import World
from tests.test_cli import TIMEHOUSE
from tests.trackers import CLOCKIFY, Tracker

# Also this machine, but not where we listen: whoever listens everywhere would answer.
ELSEWHERE = "127.0.0.2"


def answers(host: str, port: int) -> bool:
    with closing(socket.socket()) as caller:
        caller.settimeout(1)
        return caller.connect_ex((host, port)) == 0


def test_the_simulator_listens_on_loopback() -> None:
    """As a library."""
    with serve(CLOCKIFY.app(World(1, 0.1))) as url:
        port = int(url.split(":")[2].split("/")[0])
        assert answers(HOST, port)
        assert not answers(ELSEWHERE, port)


def test_the_command_simulate_listens_on_loopback(tracker: Tracker) -> None:
    """As a process, until it is interrupted."""
    with closing(listener(0)) as free:
        port = free.getsockname()[1]
    served = subprocess.Popen([TIMEHOUSE, "simulate", tracker.name, "--port", str(port)])
    try:
        until = time.monotonic() + 60
        while not answers(HOST, port):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert not answers(ELSEWHERE, port)
    finally:
        served.send_signal(signal.SIGINT)
        served.wait(60)
